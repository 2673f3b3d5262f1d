"""Prints the Markdown table of the lines that run.sh has written.

    python table.py RESULTS [--steps 20]

Seconds are medians over the rounds. A ratio is the median over the rounds of the other program's time divided by sanaq's in
the same round, with the least and the most.
"""
import argparse
import json
import re
import statistics
from collections import defaultdict
from pathlib import Path

NAMES = {"sanaq": "sanaq", "openvino": "OpenVINO", "diffusers": "diffusers", "compile": "`torch.compile`"}


def read(folder):
    """(precision, size, stage) -> program -> round -> (seconds, CPU seconds)"""
    found = defaultdict(lambda: defaultdict(dict))
    for file in sorted(folder.glob("*.jsonl")):
        match = re.fullmatch(r"(\w+)-(\w+)-(\d+)-(\d+)", file.stem)
        if match is None:
            continue
        program, precision, size, turn = match[1], match[2], int(match[3]), int(match[4])
        for line in file.read_text().splitlines():
            entry = json.loads(line)
            if entry["stage"] in ("step", "decode"):
                found[precision, size, entry["stage"]][program][turn] = (entry["seconds"], entry.get("cpu_seconds", 0.0))
    return found


def with_images(found, steps):
    """Adds the stage "image": steps and decoding, without the text encoder."""
    for precision, size, stage in list(found):
        decode = found.get((precision, size, "decode"), {})
        if stage != "step":
            continue
        for program, turns in found[precision, size, "step"].items():
            for turn, step in turns.items():
                if turn in decode.get(program, {}):
                    last = decode[program][turn]
                    found[precision, size, "image"][program][turn] = tuple(steps * a + b for a, b in zip(step, last))
    return found


def ratio(mine, other):
    ratios = [other[turn][0] / mine[turn][0] for turn in mine if turn in other]
    if not ratios:
        return ""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("results", type=Path)
    arguments.add_argument("--steps", type=int, default=20)
    a = arguments.parse_args()
    found = with_images(read(a.results), a.steps)
    print("| precision, size, stage | program | seconds | CPU seconds | rounds | sanaq is so many times as fast |")
    print("|---|---|---:|---:|---:|---:|")
    order = {"step": 0, "decode": 1, "image": 2}
    for precision, size, stage in sorted(found, key=lambda k: (k[1], k[0], order[k[2]])):
        programs = found[precision, size, stage]
        for program in (p for p in NAMES if p in programs):
            turns = programs[program]
            wall, cpu = (statistics.median(t[i] for t in turns.values()) for i in (0, 1))
            compared = "" if program == "sanaq" or "sanaq" not in programs else ratio(programs["sanaq"], turns)
            label = f"image, {a.steps} steps, without text" if stage == "image" else stage
            print(f"| {precision}, {size}, {label} | {NAMES[program]} | {wall:.3f} | {cpu:.3f} | {len(turns)} | {compared} |")


if __name__ == "__main__":
    main()
