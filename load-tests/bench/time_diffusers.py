"""Times a step and decoding with diffusers.

    python time_diffusers.py MODEL --precision fp32|bf16 --size 512 [--compile] [--runs 3] [--threads N]

A step is one call of the transformer with guidance (two rows) and the solver's step.
"""
import argparse
import resource
from pathlib import Path

import torch
from common import CAPTION_TOKENS, PROMPT_TOKENS, STEP_ROWS, latent_side, report, timed
from diffusers import AutoencoderDC, DPMSolverMultistepScheduler, SanaTransformer2DModel


def variant(folder):
    return "bf16" if any(folder.glob("*.bf16.*")) else None


def load(network, model, part, dtype):
    return network.from_pretrained(model, subfolder=part, torch_dtype=dtype, variant=variant(model / part)).eval()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("model", type=Path)
    arguments.add_argument("--precision", required=True, choices=["fp32", "bf16"])
    arguments.add_argument("--size", type=int, required=True)
    arguments.add_argument("--compile", action="store_true")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--threads", type=int, default=0)
    arguments.add_argument("--stages", default="step,decode")
    a = arguments.parse_args()
    torch.set_grad_enabled(False)
    if a.threads > 0:
        torch.set_num_threads(a.threads)
    program = "torch.compile" if a.compile else "diffusers"
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[a.precision]
    side = latent_side(a.size)
    if "step" in a.stages.split(","):
        scheduler = DPMSolverMultistepScheduler.from_pretrained(a.model, subfolder="scheduler")
        network = load(SanaTransformer2DModel, a.model, "transformer", dtype)
        channels = network.config.caption_channels
        network = torch.compile(network) if a.compile else network
        latents = torch.randn(1, 32, side, side)
        embeds = torch.randn(STEP_ROWS, CAPTION_TOKENS, channels, dtype=dtype)
        mask = torch.zeros(STEP_ROWS, CAPTION_TOKENS, dtype=torch.int64)
        mask[0, :1], mask[1, :PROMPT_TOKENS] = 1, 1

        def step():
            scheduler.set_timesteps(20)
            t = scheduler.timesteps[0]
            v = network(torch.cat([latents] * 2).to(dtype), encoder_hidden_states=embeds, encoder_attention_mask=mask,
                        timestep=t.expand(STEP_ROWS), return_dict=False)[0].float()
            without, prompted = v.chunk(2)
            scheduler.step(without + 4.5 * (prompted - without), t, latents, return_dict=False)

        report(program, a.precision, a.size, "step", timed(step, a.runs), threads=torch.get_num_threads())
        del network
    if "decode" in a.stages.split(","):
        vae = load(AutoencoderDC, a.model, "vae", dtype)
        decode = torch.compile(vae.decode) if a.compile else vae.decode
        z = torch.randn(1, 32, side, side, dtype=dtype)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        report(program, a.precision, a.size, "decode", timed(lambda: decode(z, return_dict=False), a.runs), peak_rss_mib=peak)


if __name__ == "__main__":
    main()
