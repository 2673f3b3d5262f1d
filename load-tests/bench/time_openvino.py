"""Times a step and decoding with OpenVINO.

    python time_openvino.py OUT --precision fp32|bf16|int8 --size 512 [--runs 3] [--threads N]

OUT is the folder of openvino_models.py. A step is one call of the transformer with guidance; the solver is not in it. int8 is
the 8-bit transformer; what it does not compute in 8 bits, and its decoder, are bf16 if the CPU has that, else fp32.
"""
import argparse
import resource
from pathlib import Path

import numpy as np
import openvino as ov
from common import latent_side, report, timed
from openvino_models import channels, inputs


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("models", type=Path)
    arguments.add_argument("--precision", required=True, choices=["fp32", "bf16", "int8"])
    arguments.add_argument("--size", type=int, required=True)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--threads", type=int, default=0)
    arguments.add_argument("--stages", default="step,decode")
    a = arguments.parse_args()
    core = ov.Core()
    rest = "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
    options = {"PERFORMANCE_HINT": "LATENCY",
               "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16", "int8": rest}[a.precision]}
    if a.threads > 0:
        options["INFERENCE_NUM_THREADS"] = a.threads
    side = latent_side(a.size)
    files = {"step": f"step-{a.size}-int8.xml" if a.precision == "int8" else f"step-{a.size}.xml", "decode": f"decode-{a.size}.xml"}
    for stage in a.stages.split(","):
        compiled = core.compile_model(a.models / files[stage], "CPU", options)
        decoded = [np.random.default_rng(0).standard_normal((1, 32, side, side), "f4")]
        data = inputs(side, 3, channels(compiled)) if stage == "step" else decoded
        request = compiled.create_infer_request()
        times = timed(lambda: request.infer(data), a.runs)
        report("openvino", a.precision, a.size, stage, times, rest=rest,
               peak_rss_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        del request, compiled


if __name__ == "__main__":
    main()
