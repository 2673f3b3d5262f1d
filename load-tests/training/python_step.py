"""A training step in PyTorch: the same networks (diffusers, transformers), sizes, batch and optimizer.

    pip install torch==2.7.1 diffusers==0.36.0 transformers==4.57.3
    python python_step.py CONFIG.json STEPS THREADS

CONFIG.json: src/main/resources/dev/sanaq/train/config/emoji.json. Prints the median seconds per step of the second half.
"""
import json
import statistics
import sys
import time

import torch
from diffusers import AutoencoderDC, SanaTransformer2DModel
from transformers import Gemma2Config, Gemma2Model

INSTRUCTION_TOKENS = 175  # precede 80 % of the captions; computed once per batch, as the trainer does
CAPTION_TOKENS = 9


def plain(config):
    return {k: v for k, v in config.items() if not k.startswith("_") and k not in ("architectures", "model_type", "dtype")}


def measured(step, steps):
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times[steps // 2:])


def autoencoder_step(part, phase):
    vae = AutoencoderDC(**plain(part["config"])).train().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0)
    side = phase["crop"]

    def step():
        x = torch.rand(phase["batchSize"], 3, side, side).mul(2).sub(1).contiguous(memory_format=torch.channels_last)
        z = vae.encode(x).latent
        noise = torch.randn_like(z) * torch.rand(z.size(0), 1, 1, 1) * 0.2 * z.detach().std()
        error = vae.decode(z + noise).sample - x
        loss = error.abs().mean()
        loss = loss + 0.5 * ((error[..., 1:] - error[..., :-1]).abs().mean() + (error[..., 1:, :] - error[..., :-1, :]).abs().mean())
        loss = loss + 0.5 * torch.nn.functional.avg_pool2d(error, 4).abs().mean()
        loss = loss + 0.01 * ((z.std((0, 2, 3)) - 1).square().mean() + z.mean((0, 2, 3)).square().mean())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        return loss.item()

    return step


def transformer_step(part, phase):
    transformer = SanaTransformer2DModel(**plain(part["config"])).train()
    config = Gemma2Config(**plain(part["textEncoder"]))
    text = Gemma2Model._from_config(config, attn_implementation="eager").train()
    weights = [*transformer.parameters(), *text.parameters()]
    averages = [w.detach().clone() for w in weights]
    optimizer = torch.optim.AdamW(
        [{"params": transformer.parameters(), "lr": 1e-4}, {"params": text.parameters(), "lr": 2e-4}],
        betas=(0.9, 0.99), weight_decay=0.01)
    batch, side, channels = phase["batchSize"], part["config"]["sample_size"], part["config"]["in_channels"]
    tokens = INSTRUCTION_TOKENS + batch * CAPTION_TOKENS
    places = INSTRUCTION_TOKENS + torch.arange(batch * CAPTION_TOKENS).view(batch, CAPTION_TOKENS)
    owner = torch.cat([torch.zeros(INSTRUCTION_TOKENS), torch.arange(1, batch + 1).repeat_interleave(CAPTION_TOKENS)])
    position = torch.cat([torch.arange(INSTRUCTION_TOKENS), INSTRUCTION_TOKENS + torch.arange(CAPTION_TOKENS).repeat(batch)])
    seen = ((owner[None] == owner[:, None]) | (owner[None] == 0)) & (position[None] <= position[:, None])
    mask = torch.zeros(1, 1, tokens, tokens).masked_fill(~seen, torch.finfo(torch.float32).min)
    masks = {"full_attention": mask, "sliding_attention": mask}

    def step():
        x0 = torch.randn(batch, channels, side, side)
        noise = torch.randn_like(x0)
        u = torch.sigmoid(torch.randn(batch))
        sigma = (3 * u / (1 + 2 * u)).view(-1, 1, 1, 1)
        ids = torch.randint(4, config.vocab_size, (1, tokens))
        states = text(input_ids=ids, position_ids=position[None], attention_mask=masks).last_hidden_state[0]
        v = transformer(x0 * (1 - sigma) + noise * sigma, encoder_hidden_states=states[places],
                        timestep=sigma.flatten() * 1000, return_dict=False)[0]
        loss = (v - (noise - x0)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(averages, [w.detach() for w in weights], 0.003)
        return loss.item()

    return step


def main(config, steps, threads):
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    config = json.loads(open(config).read())
    for phase in config["autoencoder"]["phases"][:2]:
        seconds = measured(autoencoder_step(config["autoencoder"], phase), int(steps))
        print(json.dumps({"what": "autoencoder", "phase": phase["name"], "seconds": round(seconds, 4)}), flush=True)
    seconds = measured(transformer_step(config["transformer"], config["transformer"]["phases"][0]), int(steps))
    print(json.dumps({"what": "transformer", "phase": "constant", "seconds": round(seconds, 4)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
