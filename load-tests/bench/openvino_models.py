"""Converts a checkpoint's transformer and decoder to OpenVINO, and the transformer to 8 bits.

    python openvino_models.py MODEL OUT --size 512 [--int8]

Writes OUT/step-512.xml and OUT/decode-512.xml, and with --int8 OUT/step-512-int8.xml: weights and activations in 8 bits
(nncf.quantize for transformers, with SmoothQuant), whose activations are calibrated on two random inputs. Tells its error.
"""
import argparse
from pathlib import Path

import numpy as np
import openvino as ov
import torch
from common import CAPTION_TOKENS, STEP_ROWS, latent_side
from diffusers import AutoencoderDC, SanaTransformer2DModel
from time_diffusers import load


class Step(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, latents, embeds, timestep, mask):
        return self.network(latents, encoder_hidden_states=embeds, timestep=timestep, encoder_attention_mask=mask,
                            return_dict=False)[0]


class Decode(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, latents):
        return self.network.decode(latents, return_dict=False)[0]


def inputs(side, seed, channels):
    """Of a step; channels: of the prompt embeddings."""
    r = np.random.default_rng(seed)
    mask = np.zeros((STEP_ROWS, CAPTION_TOKENS), "i8")
    mask[0, :1], mask[1, :20] = 1, 1
    return [r.standard_normal((STEP_ROWS, 32, side, side), "f4"),
            r.standard_normal((STEP_ROWS, CAPTION_TOKENS, channels), "f4"),
            np.array([500] * STEP_ROWS, "f4"), mask]


def convert(module, example, file):
    model = ov.convert_model(module, example_input=tuple(torch.from_numpy(x) for x in example),
                             input=[list(x.shape) for x in example])
    ov.save_model(model, file, compress_to_fp16=False)


def channels(model):
    """Of the prompt embeddings, the second input."""
    return model.inputs[1].shape[2]


def quantize(file, target, side):
    import nncf
    model = ov.Core().read_model(file)
    names = [i.get_any_name() for i in model.inputs]
    data = nncf.Dataset([inputs(side, seed, channels(model)) for seed in (1, 2)], lambda x: dict(zip(names, x)))
    quantized = nncf.quantize(model, data, subset_size=2, model_type=nncf.ModelType.TRANSFORMER,
                              preset=nncf.QuantizationPreset.PERFORMANCE, fast_bias_correction=True)
    ov.save_model(quantized, target)


def output(file, side):
    compiled = ov.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled(inputs(side, 3, channels(compiled)))[0]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("model", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--size", type=int, required=True)
    arguments.add_argument("--int8", action="store_true")
    arguments.add_argument("--no-decoder", action="store_true")
    a = arguments.parse_args()
    torch.set_grad_enabled(False)
    a.out.mkdir(parents=True, exist_ok=True)
    side = latent_side(a.size)
    step = a.out / f"step-{a.size}.xml"
    network = load(SanaTransformer2DModel, a.model, "transformer", torch.float32)
    convert(Step(network), inputs(side, 0, network.config.caption_channels), step)
    if not a.no_decoder:
        latents = np.random.default_rng(0).standard_normal((1, 32, side, side), "f4")
        convert(Decode(load(AutoencoderDC, a.model, "vae", torch.float32)), [latents], a.out / f"decode-{a.size}.xml")
    if a.int8:
        target = a.out / f"step-{a.size}-int8.xml"
        quantize(step, target, side)
        exact, near = output(step, side), output(target, side)
        print(f"relative error of int8: {np.linalg.norm(near - exact) / np.linalg.norm(exact):.4f}")


if __name__ == "__main__":
    main()
