"""What the programs of this folder share: inputs, timing, and lines of results."""
import json
import statistics
import time

CAPTION_TOKENS = 300  # as diffusers pads them
PROMPT_TOKENS = 20  # that are not padding
STEP_ROWS = 2  # guidance


def latent_side(size):
    return size // 32


def timed(function, runs):
    """Wall-clock and CPU seconds of each run, after one that does not count."""
    function()
    times = []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        function()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return times


def report(program, precision, size, stage, times, **more):
    walls = [wall for wall, _ in times]
    print(json.dumps({
        "program": program, "precision": precision, "size": size, "stage": stage,
        "seconds": round(statistics.median(walls), 4), "min": round(min(walls), 4), "max": round(max(walls), 4),
        "cpu_seconds": round(statistics.median(cpu for _, cpu in times), 4), "runs": len(times), **more}), flush=True)
