"""Writes a Sana checkpoint with random weights in the published layout and shapes.

    python make_checkpoint.py OUT --tokenizer DIR [--layers 28] [--text-layers 26] [--dtype bf16|fp32]

Times do not depend on the values of the weights; images are noise. With fewer --layers every program does the same smaller
network, which is enough to compare steps. --tokenizer: a folder with a Gemma-like tokenizer.json, such as that of a published
checkpoint or of the small one that ships.
"""
import argparse
import json
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderDC, DPMSolverMultistepScheduler, SanaTransformer2DModel
from transformers import Gemma2Config, Gemma2Model

BLOCKS = ["ResBlock"] * 3 + ["EfficientViTBlock"] * 3
CHANNELS = (128, 256, 512, 512, 1024, 1024)


def fill(module, dtype, ones):
    """Random matrices that keep the size of what they multiply. ones: whether a norm's weight is a factor of its own."""
    module = module.to_empty(device="cpu").to(dtype)
    with torch.no_grad():
        for name, weight in module.named_parameters():
            if weight.dim() >= 2:
                weight.normal_(0, 0.02 if "embed_tokens" in name else weight[0].numel() ** -0.5)
            else:
                weight.fill_(1.0 if ones and "norm" in name and name.endswith("weight") else 0.0)
        for name, buffer in module.named_buffers():
            if name.endswith("inv_freq"):
                buffer.copy_(1.0 / 10000 ** (torch.arange(0, 256, 2).float() / 256))
    return module


def transformer(layers):
    return SanaTransformer2DModel(
        in_channels=32, out_channels=32, num_attention_heads=36, attention_head_dim=32, num_layers=layers,
        num_cross_attention_heads=16, cross_attention_head_dim=72, cross_attention_dim=1152, caption_channels=2304,
        mlp_ratio=2.5, sample_size=32, patch_size=1)


def autoencoder():
    return AutoencoderDC(
        latent_channels=32, attention_head_dim=32, encoder_block_types=BLOCKS, decoder_block_types=BLOCKS,
        encoder_block_out_channels=CHANNELS, decoder_block_out_channels=CHANNELS, encoder_layers_per_block=(2, 2, 2, 3, 3, 3),
        decoder_layers_per_block=(3,) * 6, encoder_qkv_multiscales=((), (), (), (5,), (5,), (5,)),
        decoder_qkv_multiscales=((), (), (), (5,), (5,), (5,)), downsample_block_type="Conv",
        upsample_block_type="interpolate", decoder_norm_types="rms_norm", decoder_act_fns="silu", scaling_factor=0.41407)


def text_encoder(layers):
    return Gemma2Model(Gemma2Config(
        hidden_size=2304, num_hidden_layers=layers, num_attention_heads=8, num_key_value_heads=4, head_dim=256,
        intermediate_size=9216, vocab_size=256000, query_pre_attn_scalar=256, sliding_window=4096,
        attn_logit_softcapping=50.0, pad_token_id=0, eos_token_id=1, bos_token_id=2))


def write(build, folder, dtype, ones, variant):
    with torch.device("meta"):
        module = build()
    fill(module, dtype, ones).save_pretrained(folder, variant=variant)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--tokenizer", type=Path, required=True)
    arguments.add_argument("--layers", type=int, default=28)
    arguments.add_argument("--text-layers", type=int, default=26)
    arguments.add_argument("--dtype", default="bf16", choices=["bf16", "fp32"])
    a = arguments.parse_args()
    torch.manual_seed(0)
    dtype = torch.bfloat16 if a.dtype == "bf16" else torch.float32
    variant = "bf16" if a.dtype == "bf16" else None
    write(lambda: transformer(a.layers), a.out / "transformer", dtype, True, variant)
    write(autoencoder, a.out / "vae", torch.float32, True, variant)
    write(lambda: text_encoder(a.text_layers), a.out / "text_encoder", dtype, False, variant)
    DPMSolverMultistepScheduler(
        algorithm_type="dpmsolver++", solver_order=2, prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0,
        final_sigmas_type="zero").save_pretrained(a.out / "scheduler")
    shutil.copytree(a.tokenizer, a.out / "tokenizer", dirs_exist_ok=True)
    (a.out / "model_index.json").write_text(json.dumps({
        "_class_name": "SanaPipeline", "_diffusers_version": "0.36.0",
        "scheduler": ["diffusers", "DPMSolverMultistepScheduler"], "text_encoder": ["transformers", "Gemma2Model"],
        "tokenizer": ["transformers", "GemmaTokenizerFast"], "transformer": ["diffusers", "SanaTransformer2DModel"],
        "vae": ["diffusers", "AutoencoderDC"]}, indent=2))


if __name__ == "__main__":
    main()
