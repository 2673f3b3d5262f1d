"""Checks and times sanaq's networks on a GPU. It needs Python 3.9 and torch 2.5 or later, and nothing else.

    sanaq benchmark --model src/main/resources/checkpoints/sanaq-emoji --export FOLDER    # where the project is
    python check.py FOLDER --out RESULTS                                                  # where the GPU is

FOLDER holds TorchScript archives, small weights, inputs, and the outputs that sanaq computed in fp32 on a CPU. Weights of the
published sizes come from a formula (manifest.json, GeneratedWeights.java), the same on every machine. Parts:

    meta     a step and a decode on torch's meta device, which has no numbers: a tensor on another device, a wrong type and a
             number that is read in the middle fail there; needs no GPU
    parity   the networks' outputs compared with sanaq's: in fp32 without TF32, in bf16, and the transformers' in int8 and FP8
    steps    a denoising step with guidance by size, beside plain PyTorch, torch.compile and diffusers with the same weights
    decode   decoding by size, beside diffusers
    errors   what running out of memory and an invalid access look like, and whether sanaq recognises them

Writes RESULTS/gpu.md and RESULTS/gpu.jsonl, and prints the tables. The exit code is 1 if an output or an error is not as expected.
What cannot run says NOT RUN and why. Each part has its share of --minutes, and leaves what it does not need to the next ones. If
one computation takes longer than all of them, the tables are printed without it. --check-files needs no torch.
"""
import argparse
import hashlib
import json
import math
import os
import statistics
import struct
import subprocess
import sys
import threading
import time
import traceback

MAX_BYTES = 64 << 20
SCALAR_TYPES = {"fp32": 6, "bf16": 15}  # c10::ScalarType
# Products of the transformer alone; everything else is bf16. The least compute capability of a GPU.
EIGHT_BIT = {"int8": (1, (8, 0)), "fp8": (24, (8, 9))}
# Root mean square of the difference, divided by that of the expected output.
LIMITS = {"fp32": 1e-4, "bf16": 0.05, "int8": 0.1, "fp8": 0.2}
# Random weights of many layers amplify rounding: 0.117 in int8 and 0.244 in FP8 were seen with the 28 layers of 0.6B on a CPU.
DEEP_LIMITS = {"fp32": 1e-4, "bf16": 0.12, "int8": 0.25, "fp8": 0.5}
SHARES = {"meta": 1, "parity": 4, "steps": 5, "decode": 2, "errors": 1}  # of the time
PROMPT_TOKENS = [1, 20]  # without the prompt, with it
PADDED_TOKENS = 300  # diffusers computes the padding
GUIDANCE = 4.5
COEFFICIENTS = [0.0, 1.0, 1.0, -0.6, 0.5, 0.5, 0.0, 0.0]
CHUNKS = {True: 1 << 24, False: 1 << 17}  # elements at a time on a GPU, and on a CPU, for its caches


def read_manifest(folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        return json.load(file)


def check_files(folder, manifest):
    """Returns what is wrong with the files: sizes and checksums."""
    problems, total = [], 0
    for name, expected in manifest["files"].items():
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            problems.append(f"{name}: missing")
            continue
        with open(path, "rb") as file:
            data = file.read()
        total += len(data)
        if len(data) != expected["bytes"] or hashlib.sha256(data).hexdigest() != expected["sha256"]:
            problems.append(f"{name}: not the exported file")
    if total > MAX_BYTES:
        problems.append(f"{total} bytes in all, more than {MAX_BYTES}")
    return problems


class Results:
    """Rows of the tables, by title; also JSON lines. Every row is written at once."""

    def __init__(self, minutes, parts, out):
        self.start = time.monotonic()
        self.end = self.start + 60 * minutes
        self.part_end, self.parts, self.out = self.end, parts, out
        self.tables, self.lines, self.failed, self.doing = {}, [], False, ""
        self.lock = threading.Lock()

    def add(self, table, **row):
        with self.lock:
            self.tables.setdefault(table, []).append(row)
            self.lines.append(json.dumps({"table": table, **row}))
            print(self.lines[-1], flush=True)
            self.write()

    def fail(self):
        self.failed = True

    def begin(self, part):
        """Starts a part: of the time left it has its share among the parts that remain."""
        remaining = self.parts[self.parts.index(part):]
        now = time.monotonic()
        share = SHARES[part] / sum(SHARES[p] for p in remaining)
        self.part_end = now + max(0.0, self.end - now) * share
        self.now(part)

    def now(self, what):
        """What runs, on stderr and for the message when the time is over."""
        self.doing = what
        print(f"[{time.monotonic() - self.start:4.0f} s] {what}", file=sys.stderr, flush=True)

    def seconds_left(self):
        return self.part_end - time.monotonic()

    def too_long(self, seconds):
        """Why there is no time for something that takes so long; empty if there is."""
        left = self.seconds_left()
        if left < 0:
            return "NOT RUN: out of time"
        return f"NOT RUN: would take about {seconds:.0f} s, and {left:.0f} s are left" if seconds > left else ""

    def write(self):
        if self.out:
            os.makedirs(self.out, exist_ok=True)
            for name, content in [("gpu.md", self.text()), ("gpu.jsonl", "\n".join(self.lines) + "\n")]:
                with open(os.path.join(self.out, name), "w", encoding="utf-8") as file:
                    file.write(content)

    def text(self):
        return "# GPU\n" + self.markdown()

    def finish(self):
        """Prints the tables. Returns the exit code."""
        print(self.text())
        print("FAILED" if self.failed else "passed: everything that ran")
        return 1 if self.failed else 0

    def watch(self):
        """Ends the process 20 s after the time, if one computation takes that long: nothing can interrupt it."""
        def end():
            time.sleep(max(0.0, self.end + 20 - time.monotonic()))
            self.add("Not finished", what=self.doing, note="NOT RUN to its end: out of time")
            with self.lock:
                code = self.finish()
                sys.stdout.flush()
                os._exit(code)
        threading.Thread(target=end, daemon=True).start()

    def markdown(self):
        text = []
        for title, rows in self.tables.items():
            columns = list(dict.fromkeys(name for row in rows for name in row))
            text += [f"\n## {title}\n", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
            text += ["| " + " | ".join(shown(row.get(c, "")) for c in columns) + " |" for row in rows]
        return "\n".join(text) + "\n"


def shown(value):
    return f"{value:.3g}" if isinstance(value, float) and abs(value) < 1000 else f"{value:.0f}" if isinstance(value, float) else str(value)


def read_safetensors(path, torch):
    """Tensors by name, with the format's name of their type."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(length)), bytearray(file.read())
    types = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            flat = torch.frombuffer(data, dtype=types[entry["dtype"]], offset=first, count=(last - first) // (4 if entry["dtype"] == "F32" else 2))
            tensors[name] = (flat.reshape(entry["shape"]), entry["dtype"])
    return tensors


class Bench:
    """The exported networks on one device."""

    def __init__(self, folder, manifest, device, programs=()):
        import torch
        self.programs = programs
        self.torch, self.folder, self.manifest, self.device = torch, folder, manifest, device
        self.cuda = device == "cuda"
        self.dtypes = {"fp32": torch.float32, "bf16": torch.bfloat16, "int8": torch.bfloat16, "fp8": torch.bfloat16}
        self.kept = ("", {})
        torch.set_grad_enabled(False)
        # As sanaq: the profiling executor would recompile for every shape.
        torch._C._set_graph_executor_optimize(False)
        self.sampler = self.jit(manifest["sampler"])

    def path(self, name):
        return os.path.join(self.folder, name)

    def jit(self, name):
        return self.torch.jit.load(self.path(name))

    def use_tf32(self, on):
        self.torch.backends.cuda.matmul.allow_tf32 = on
        self.torch.backends.cudnn.allow_tf32 = on

    def sync(self):
        if self.cuda:
            self.torch.cuda.synchronize()

    def release(self):
        if self.cuda:
            self.torch.cuda.empty_cache()

    def lacks(self, precision):
        """Why the device has no such products; empty if it has. A CPU has kernels of its own for them."""
        if precision not in EIGHT_BIT or not self.cuda:
            return ""
        least, actual = EIGHT_BIT[precision][1], self.torch.cuda.get_device_capability(0)
        version = "{}.{}".format
        return "" if actual >= least else f"NOT RUN: needs compute capability {version(*least)}, and this GPU has {version(*actual)}"

    def generated(self, formula):
        """A tensor of GeneratedWeights.java, in fp32."""
        torch, shape = self.torch, formula["shape"]
        out = torch.empty(math.prod(shape), dtype=torch.float32, device=self.device)
        chunk = CHUNKS[self.cuda]
        for first in range(0, out.numel(), chunk):
            x = torch.arange(first, min(out.numel(), first + chunk), device=self.device)
            x = (x * 1664525 + formula["seed"]) & 0x7FFFFFFF
            for _ in range(2):
                x = ((x ^ (x >> 16)) * 73244475) & 0x7FFFFFFF
            x = ((x ^ (x >> 16)) >> 7).float() * 2.0**-23 - 1
            out[first:first + chunk] = x * formula["scale"] + formula["mean"]
        return out.view(shape)

    def weights(self, network, precision):
        """(tensor, stored type, kept type) by the checkpoint's names."""
        kept = SCALAR_TYPES["bf16" if precision in EIGHT_BIT else precision]
        if "weights" not in network:
            if self.kept[0] != network["name"]:
                self.kept = ("", {})  # frees the memory first
                # One thread: these operators are short, and on a busy CPU each of them would wait for the slowest thread.
                threads = self.torch.get_num_threads()
                self.torch.set_num_threads(1)
                self.kept = (network["name"], {f["name"]: self.generated(f) for f in network["tensors"]})
                self.torch.set_num_threads(threads)
            return {n: (w, SCALAR_TYPES["fp32"], kept) for n, w in self.kept[1].items()}
        files = {}
        for name in network["weights"]:
            files.update({n[6:] if n.startswith("model.") else n: t for n, t in read_safetensors(self.path(name), self.torch).items()})
        numbers = {"F32": 6, "F16": 5, "BF16": 15}
        wanted = [f["name"] for f in network["tensors"]]
        return {n: (files[n][0], numbers[files[n][1]], numbers[files[n][1]] if n == "embed_tokens.weight" else kept) for n in wanted}

    def load(self, network, precision, weights=None):
        """The network's archive with its weights."""
        module = self.jit(network["archive"])
        if network["kind"] != "transformer":
            module.compute = SCALAR_TYPES["bf16" if precision in EIGHT_BIT else precision]
        for name, (tensor, stored, kept) in (weights or self.weights(network, precision)).items():
            # load_weight takes the bytes of bf16 as fp16.
            raw = tensor.reshape(-1).view(self.torch.float16) if stored == 15 else tensor.reshape(-1)
            module.load_weight(name, raw, stored, kept, list(tensor.shape), 0, self.device)
        module.prepare_weights()
        if precision in EIGHT_BIT:
            module.quantize_weights(EIGHT_BIT[precision][0])
        return module

    # Without numbers

    def meta(self, results, networks):
        """Every case on the meta device, where only shapes are computed, in bf16 and in 8 bits."""
        other = Bench(self.folder, self.manifest, "meta")
        for network in networks:
            for precision in ["bf16", *EIGHT_BIT] if network["kind"] == "transformer" else ["bf16"]:
                for case in network["cases"]:
                    row = {"network": network["name"], "case": case["name"], "precision": precision}
                    if results.seconds_left() < 0:
                        results.add("On the meta device", **row, verdict="NOT RUN: out of time")
                        continue
                    results.now(f"meta: {network['name']}, {case['name']}, {precision}")
                    tensors = {n: t for n, (t, _) in read_safetensors(self.path(case["file"]), self.torch).items()}
                    try:
                        outputs = other.outputs(network, other.load(network, precision), case, tensors)
                        wrong = [n for n, t in outputs.items() if t.device.type != "meta" or t.shape != tensors[n].shape]
                        verdict = f"FAILED: {wrong}" if wrong else "passed"
                    except Exception as e:
                        verdict = f"FAILED: {first_line(e)}"
                    results.failed |= verdict != "passed"
                    results.add("On the meta device", **row, verdict=verdict)

    # Parity

    def outputs(self, network, module, case, tensors):
        return {"transformer": self.step_outputs, "autoencoder": self.images, "text_encoder": self.hidden_states}[network["kind"]](
            network["config"], module, case, tensors)

    def step_outputs(self, config, module, case, tensors):
        torch = self.torch
        latents, patch = tensors["latents"].to(self.device), config["patch_size"]
        prompt = module.encode_prompt(tensors["embeds"], case["lengths"], [])
        guidance = torch.tensor([case["guidance"]])
        tables = module.time_modulation(torch.tensor([[case["timestep"]]]), guidance * config["guidance_embeds_scale"], [])
        positions = module.positional_embedding(latents.size(2) // patch, latents.size(3) // patch)
        output = module.forward(latents, 1.0, tables, 0, positions, prompt)
        state = self.sampler.init([tensors["latents"]], 1.0, self.device)
        inputs = [guidance.to(self.device), tensors["noise"].to(self.device)]
        state = self.sampler.step(state, output, inputs, 1, case["coefficients"])
        return {"output": output, "next": state[0]}

    def images(self, config, module, case, tensors):
        return {"image": module.decode_on_device(tensors["latents"])}

    def hidden_states(self, config, module, case, tensors):
        torch, ids = self.torch, torch_ids(self.torch, case)
        positions = torch.arange(len(ids), dtype=torch.float32, device=self.device)
        masks = {w: module.causal_mask(0, len(ids), w, torch.device(self.device)) for w in set(module.windows)}
        return {"hidden": module.forward(ids, positions, masks, module.empty_kv_cache(), 0)[0]}

    def parity(self, results, precisions, networks):
        # The small networks first: the large ones may take all the time.
        for network in sorted(networks, key=elements):
            for precision in precisions if network["cases"] else []:
                if precision in EIGHT_BIT and network["kind"] != "transformer":
                    continue
                row = {"network": network["name"], "precision": precision}
                problem = self.lacks(precision) or results.too_long(0)
                if problem:
                    results.add("Parity", **row, verdict=problem)
                    continue
                results.now(f"parity: weights of {network['name']} in {precision}")
                self.parity_of(results, row, self.load(network, precision), network)
                self.release()

    def parity_of(self, results, row, module, network):
        taken, size = 0.0, 1
        for case in network["cases"]:
            tensors = {n: t for n, (t, _) in read_safetensors(self.path(case["file"]), self.torch).items()}
            elements_now = sum(t.numel() for n, t in tensors.items() if n in ["image", "output", "hidden"])
            problem = results.too_long(taken * elements_now / size)
            if problem:
                results.add("Parity", **row, case=case["name"], verdict=problem)
                continue
            results.now(f"parity: {row['network']}, {case['name']}, {row['precision']}")
            start = time.monotonic()
            try:
                outputs = self.outputs(network, module, case, tensors)
                self.sync()
            except RuntimeError as e:  # a kernel that this GPU does not have in this torch; anything else is a failure
                absent = row["precision"] in EIGHT_BIT and "supported" in str(e)
                results.failed |= not absent
                results.add("Parity", **row, case=case["name"], verdict=f"{'NOT RUN' if absent else 'FAILED'}: {first_line(e)}")
                return
            taken, size = time.monotonic() - start, elements_now
            for name, actual in outputs.items():
                difference, expected = actual.float().cpu() - tensors[name], tensors[name]
                relative = (difference.square().mean() / expected.square().mean()).sqrt().item()
                limit = limit_of(network, row["precision"])
                passed = relative <= limit  # false for NaN
                results.failed |= not passed
                results.add("Parity", network=row["network"], case=case["name"], output=name, precision=row["precision"],
                            relative=relative, largest=difference.abs().max().item(), limit=limit, verdict="passed" if passed else "FAILED")

    # Times

    def timed(self, work, runs, seconds=math.inf):
        """Median, least and most seconds, after two that do not count; fewer runs if they would take longer than so many seconds."""
        for _ in range(2):
            start = time.perf_counter()
            work()
            self.sync()
        runs = max(1, int(min(runs, seconds / max(time.perf_counter() - start, 1e-9))))
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            work()
            self.sync()
            times.append(time.perf_counter() - start)
        return statistics.median(times), min(times), max(times)

    def limit(self, precision):
        """The rate of large products in TFLOP/s."""
        n = 8192 if self.cuda else 1024
        a, b = (self.torch.randn(n, n, device=self.device) for _ in range(2))
        if precision == "int8":
            a, b = (x.mul(40).clamp(-127, 127).to(self.torch.int8) for x in [a, b])
            product = lambda: self.torch._int_mm(a, b.t())
        elif precision == "fp8":
            a, b = (x.to(self.torch.float8_e4m3fn) for x in [a, b])
            rows, columns = (self.torch.ones(shape, device=self.device) for shape in [(n, 1), (1, n)])
            product = lambda: self.torch._scaled_mm(a, b.t(), rows, columns, out_dtype=self.torch.bfloat16, use_fast_accum=True)
        else:
            a, b = (x.to(self.dtypes[precision]) for x in [a, b])
            product = lambda: self.torch.mm(a, b)
        return 2 * n**3 / self.timed(product, 10)[1] / 1e12

    def memory(self, work):
        """Bytes that the work takes at most."""
        if not self.cuda:
            return None
        self.torch.cuda.reset_peak_memory_stats()
        before = self.torch.cuda.memory_allocated()
        work()
        self.sync()
        return self.torch.cuda.max_memory_allocated() - before

    def attempt(self, results, table, row, work, flops=None, limit=None, estimate=None, runs=10):
        """Adds the times of some work to a table, or why there are none."""
        if results.seconds_left() < 0:
            results.add(table, **row, note="NOT RUN: out of time")
            return
        results.now(f"{table}: {row}")
        try:
            median, least, most = self.timed(work, runs, results.seconds_left() / 4)
            more = {"TFLOP/s": flops / median / 1e12} if flops else {}
            if flops and limit:
                more["% of limit"] = 100 * flops / median / 1e12 / limit
            peak = self.memory(work)
            if peak is not None:
                more["peak MiB"] = peak >> 20
            if estimate:
                more["estimated MiB"] = estimate >> 20
            results.add(table, **row, ms=1000 * median, least=1000 * least, most=1000 * most, **more)
        except Exception as e:  # a size that does not fit, or a compiler that is not there
            results.add(table, **row, note=f"NOT RUN: {type(e).__name__}: {first_line(e)}")
            self.release()

    def steps(self, results, network, precision, sizes, runs):
        """A step by size. The same weights run in plain PyTorch and in diffusers, whose outputs are compared."""
        torch, config = self.torch, network["config"]
        if results.seconds_left() < 0:
            results.add("Step", network=network["name"], precision=precision, note="NOT RUN: out of time")
            return
        results.now(f"steps: weights of {network['name']} in {precision}")
        weights = self.weights(network, precision)
        module, limit = self.load(network, precision, weights), self.limit(precision)
        plain = Plain(torch, config, {n: w[0].to(self.device, self.dtypes[precision]) for n, w in weights.items()})
        reference = "NOT RUN: not in --programs"
        if "diffusers" in self.programs:
            reference = diffusers_model("SanaTransformer2DModel", config, plain.w, self.device)
        if self.cuda:
            self.kept = ("", {})  # the memory is for what is timed
        compiled = torch.compile(plain.step, dynamic=False)
        for size in sizes:
            step = Step(self, module, config, size // network["pixels_per_latent"], precision)
            row = {"network": network["name"], "precision": precision, "size": size}
            flops = step_flops(network, step.tokens)
            estimate = network["memory_per_unit"][precision] * 2 * step.tokens
            table = "Step"
            self.attempt(results, table, {**row, "program": "sanaq"}, step.sanaq, flops, limit, estimate, runs)
            for name, part, work in [("plain PyTorch", "plain", lambda: step.plain(plain.step)),
                                     ("torch.compile", "compile", lambda: step.plain(compiled))]:
                if part in self.programs:
                    self.attempt(results, table, {**row, "program": name}, work, flops, limit, runs=runs)
            if "plain" in self.programs:
                self.compare(results, network, row, "plain PyTorch", step, lambda: step.plain(plain.step))
            if isinstance(reference, str):
                results.add(table, **row, program="diffusers", note=reference)
                continue
            self.attempt(results, table, {**row, "program": "diffusers"}, lambda: step.diffusers(reference), flops, limit, runs=runs)
            self.compare(results, network, row, "diffusers", step, lambda: step.diffusers(reference))
        del module, plain, reference, compiled, weights
        self.release()
        for other in EIGHT_BIT:
            self.eight_bit_steps(results, network, other, sizes, runs)

    def eight_bit_steps(self, results, network, precision, sizes, runs):
        problem = self.lacks(precision) or results.too_long(0)
        if problem:
            results.add("Step", network=network["name"], precision=precision, program="sanaq", note=problem)
            return
        results.now(f"steps: weights of {network['name']} in {precision}")
        module = self.load(network, precision)
        limit = self.limit(precision) if self.cuda else None
        for size in sizes:
            step = Step(self, module, network["config"], size // network["pixels_per_latent"], precision)
            row = {"network": network["name"], "precision": precision, "size": size, "program": "sanaq"}
            estimate = network["memory_per_unit"]["bf16"] * 2 * step.tokens
            self.attempt(results, "Step", row, step.sanaq, step_flops(network, step.tokens), limit, estimate, runs)
        del module, step
        self.release()

    def compare(self, results, network, row, program, step, other):
        if results.seconds_left() < 0:
            results.add("Same output", **row, program=program, verdict="NOT RUN: out of time")
            return
        try:
            ours, theirs = step.sanaq_output().float(), other().float()
        except Exception as e:
            results.add("Same output", **row, program=program, verdict=f"NOT RUN: {first_line(e)}")
            return
        relative = ((ours - theirs).square().mean() / theirs.square().mean()).sqrt().item()
        passed = relative <= limit_of(network, row["precision"])
        results.failed |= not passed
        results.add("Same output", **row, program=program, relative=relative, verdict="passed" if passed else "FAILED")

    def decode(self, results, network, precision, sizes, runs):
        torch, config = self.torch, network["config"]
        if results.seconds_left() < 0:
            results.add("Decode", network=network["name"], precision=precision, note="NOT RUN: out of time")
            return
        results.now(f"decode: weights of {network['name']} in {precision}")
        weights = self.weights(network, precision)
        module = self.load(network, precision, weights)
        state = {n: w[0].to(self.device, self.dtypes[precision]) for n, w in weights.items()}
        reference = "NOT RUN: not in --programs"
        if "diffusers" in self.programs:
            reference = diffusers_model("AutoencoderDC", config, state, self.device)
        for size in sizes:
            side = size // network["pixels_per_latent"]
            latents = torch.randn(1, config["latent_channels"], side, side)
            row = {"network": network["name"], "precision": precision, "size": size}
            estimate = network["memory_per_unit"][precision] * size * size
            self.attempt(results, "Decode", {**row, "program": "sanaq"}, lambda: module.decode(latents), estimate=estimate, runs=runs)
            if isinstance(reference, str):
                results.add("Decode", **row, program="diffusers", note=reference)
                continue
            on_device = latents.to(self.device, self.dtypes[precision])
            self.attempt(results, "Decode", {**row, "program": "diffusers"},
                         lambda: reference.decode(on_device, return_dict=False)[0].float().cpu(), runs=runs)
        del module, state, reference, weights
        self.release()

    # Errors

    def errors(self, results, transformer, decoder, size):
        if not self.cuda:
            results.add("Errors", what="out of memory, invalid access", verdict="NOT RUN: no GPU")
            return
        module = self.load(transformer, "bf16")
        step = Step(self, module, transformer["config"], size // transformer["pixels_per_latent"], "bf16")
        self.run_out_of_memory(results, f"a step of {size}", step.sanaq_output)
        del module, step
        module = self.load(decoder, "bf16")
        side = size // decoder["pixels_per_latent"]
        latents = self.torch.randn(1, decoder["config"]["latent_channels"], side, side)
        self.run_out_of_memory(results, f"decoding {size}", lambda: module.decode(latents))
        child = subprocess.run([sys.executable, __file__, self.folder, "--device-loss"], capture_output=True, text=True, timeout=120)
        for line in child.stdout.splitlines() or [child.stderr[-300:]]:
            memory, cuda = self.recognised(line)
            results.failed |= memory or not cuda
            results.add("Errors", what="after an invalid access", message=line, recognised="CUDA error" if cuda and not memory else "NO")

    def run_out_of_memory(self, results, what, work):
        """Fills the device until the work fails; afterwards the same work must succeed again."""
        before = work().float().cpu()
        self.release()
        need = self.memory(work)
        self.release()
        for share in [0.7, 0.3]:
            free = self.torch.cuda.mem_get_info()[0]
            ballast = self.torch.empty(max(0, int(free - share * need)), dtype=self.torch.uint8, device=self.device)
            try:
                work()
                self.sync()
                message, recognised = f"none with {share:.0%} of {need >> 20} MiB left", "nothing failed"
            except RuntimeError as e:
                memory, _ = self.recognised(str(e))
                message, recognised = first_line(e), "out of memory" if memory else "NO"
                results.failed |= not memory
            del ballast
            self.release()
            same = self.torch.allclose(work().float().cpu(), before, rtol=0.05, atol=0.05 * before.abs().max().item())
            results.failed |= not same
            results.add("Errors", what=f"{what}, {share:.0%} of its memory", message=message, recognised=recognised,
                        afterwards="the same output" if same else "ANOTHER OUTPUT")

    def recognised(self, message):
        text = message.lower()
        return tuple(any(p in text for p in self.manifest[k]) for k in ["out_of_memory_phrases", "cuda_error_phrases"])


def limit_of(network, precision):
    deep = network["config"].get("num_layers", 0) >= 20
    return (DEEP_LIMITS if deep else LIMITS)[precision]


def elements(network):
    return sum(math.prod(f["shape"]) for f in network["tensors"])


def torch_ids(torch, case):
    return torch.tensor(case["ids"], dtype=torch.int64)


def first_line(e):
    lines = [line for line in str(e).splitlines() if line.strip()]
    # TorchScript's own message comes last, after the lines of the script.
    return next((line for line in reversed(lines) if "rror" in line or "memory" in line), lines[0] if lines else "")[:200]


def step_flops(network, tokens):
    """Two operations for each weight and position, for both rows, and the sums of linear attention; see FlopCount.java."""
    c, applied = network["config"], 0
    for f in network["tensors"]:
        n = f["name"]
        block = n.startswith("transformer_blocks.") and ".attn2.to_k." not in n and ".attn2.to_v." not in n
        if n.endswith(".weight") and "norm" not in n and (block or n.startswith(("patch_embed.", "proj_out."))):
            applied += math.prod(f["shape"])
    width = c["num_attention_heads"] * c["attention_head_dim"]
    return 2 * tokens * (2 * applied + 4 * width * c["attention_head_dim"] * c["num_layers"])


def diffusers_model(name, config, state, device):
    """A model of diffusers with these weights, or why there is none."""
    try:
        import diffusers
    except ImportError:
        return "NOT RUN: no diffusers"
    try:
        model = getattr(diffusers, name).from_config(config).to(device, next(iter(state.values())).dtype).eval()
        missing = model.load_state_dict(state, strict=False).missing_keys
        missing = [m for m in missing if not m.startswith("encoder.")]
        return f"NOT RUN: no weights for {missing[:3]}" if missing else model
    except Exception as e:
        return f"NOT RUN: {type(e).__name__}: {first_line(e)}"


class Step:
    """One image's step with guidance, in each program. What is the same in every step is computed once."""

    def __init__(self, bench, module, config, side, precision):
        torch, self.bench, self.module = bench.torch, bench, module
        generator = torch.Generator().manual_seed(side)
        self.latents = torch.randn(1, config["in_channels"], side, side, generator=generator).to(bench.device)
        self.embeds = torch.randn(2, PADDED_TOKENS, config["caption_channels"], generator=generator)
        self.tokens = (side // config["patch_size"]) ** 2
        self.dtype = bench.dtypes[precision]
        self.prompt = module.encode_prompt(self.embeds[:, :max(PROMPT_TOKENS)].contiguous(), PROMPT_TOKENS, [])
        self.guidance = torch.tensor([GUIDANCE], device=bench.device)
        embedded = self.guidance * config["guidance_embeds_scale"]
        self.tables = module.time_modulation(torch.tensor([[600.0]]), embedded, [])
        self.positions = module.positional_embedding(side // config["patch_size"], side // config["patch_size"])
        self.mask = (torch.arange(PADDED_TOKENS)[None] < torch.tensor(PROMPT_TOKENS)[:, None]).long().to(bench.device)
        self.padded = self.embeds.to(bench.device, self.dtype)

    def sanaq_output(self):
        return self.module.forward(self.latents, 1.0, self.tables, 0, self.positions, self.prompt)

    def sanaq(self):
        return self.bench.sampler.step([self.latents], self.sanaq_output(), [self.guidance], 0, COEFFICIENTS)

    def plain(self, step):
        return step(self.latents, self.tables[0][0], self.tables[1][0], self.positions, self.prompt)

    def diffusers(self, model):
        return model(self.latents.repeat(2, 1, 1, 1).to(self.dtype), encoder_hidden_states=self.padded, encoder_attention_mask=self.mask,
                     timestep=self.bench.torch.tensor([600.0, 600.0], device=self.bench.device), return_dict=False)[0]


class Plain:
    """The transformer in plain PyTorch, for torch.compile: published configurations, without QK norm and adapters."""

    def __init__(self, torch, config, weights):
        self.torch, self.config, self.w = torch, config, weights
        self.linear, self.norm = torch.nn.functional.linear, torch.nn.functional.layer_norm

    def layer(self, name, x):
        w = self.w[name + ".weight"]
        return self.linear(x, w.flatten(1), self.w.get(name + ".bias"))

    def step(self, latents, modulation, embedded, positions, prompt):
        """Two rows, patches of one latent. prompt: keys and values of every block, from encode_prompt."""
        torch, w = self.torch, self.w
        b, (c, height, width) = prompt[1].size(0), latents.shape[1:]
        dtype = w["proj_out.weight"].dtype
        x = latents.flatten(2).transpose(1, 2).to(dtype).repeat(b, 1, 1)
        x = self.layer("patch_embed.proj", x)
        if positions.numel() > 0:
            x = (x + positions).to(dtype)
        for i in range(self.config["num_layers"]):
            x = self.block(f"transformer_blocks.{i}", x, modulation, prompt[3 * i + 1], prompt[3 * i + 2], prompt[0], height, width)
        shift, scale = (w["scale_shift_table"] + embedded).chunk(2, 1)
        y = self.layer("proj_out", self.norm(x, x.shape[-1:], eps=1e-6) * (1 + scale) + shift)
        return y.float().transpose(1, 2).reshape(b, -1, height, width)

    def block(self, p, x, modulation, keys, values, mask, height, width):
        torch, w, eps = self.torch, self.w, self.config["norm_eps"]
        b, n, d = x.shape
        m = (w[p + ".scale_shift_table"] + modulation).to(x.dtype).chunk(6, 1)
        y = self.norm(x, (d,), eps=eps) * (1 + m[1]) + m[0]
        q, k, v = (self.layer(f"{p}.attn1.to_{part}", y).view(b, n, self.config["num_attention_heads"], -1).transpose(1, 2).float()
                   for part in "qkv")
        q, k = q.relu(), k.relu()
        z = (q @ (k.transpose(2, 3) @ v)) / (q @ k.sum(2).unsqueeze(-1) + 1e-15)
        x = x + m[2] * self.layer(p + ".attn1.to_out.0", z.transpose(1, 2).reshape(b, n, d).to(x.dtype))
        q = self.layer(p + ".attn2.to_q", x).view(b, n, keys.size(1), -1).transpose(1, 2)
        bias = mask if mask.numel() > 0 else None
        z = torch.nn.functional.scaled_dot_product_attention(q, keys, values, bias)
        x = x + self.layer(p + ".attn2.to_out.0", z.transpose(1, 2).reshape(b, n, -1))
        y = self.norm(x, (d,), eps=eps) * (1 + m[4]) + m[3]
        y = torch.nn.functional.silu(self.layer(p + ".ff.conv_inverted", y)).transpose(1, 2).reshape(b, -1, height, width)
        depth = p + ".ff.conv_depth"
        y = torch.nn.functional.conv2d(y, w[depth + ".weight"], w[depth + ".bias"], padding=1, groups=y.size(1))
        y, gate = y.flatten(2).transpose(1, 2).chunk(2, -1)
        return x + m[5] * self.layer(p + ".ff.conv_point", y * torch.nn.functional.silu(gate))


def lose_device():
    """What an invalid access looks like, and the call after it."""
    import torch
    for _ in range(2):
        try:
            torch.nn.functional.embedding(torch.tensor([1 << 20], device="cuda"), torch.zeros(4, 4, device="cuda"))
            torch.cuda.synchronize()
            print("no error")
        except RuntimeError as e:
            print(str(e).splitlines()[0], flush=True)


def describe(torch, device, manifest):
    rows = {"torch": torch.__version__, "expected outputs from": f"libtorch {manifest['torch']}", "device": device}
    if device == "cuda":
        p = torch.cuda.get_device_properties(0)
        rows.update({"GPU": p.name, "memory": f"{p.total_memory >> 20} MiB", "compute capability": f"{p.major}.{p.minor}",
                     "multiprocessors": p.multi_processor_count, "CUDA": torch.version.cuda, "cuDNN": torch.backends.cudnn.version()})
    else:
        rows["threads"] = torch.get_num_threads()
    return rows


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("folder", metavar="FOLDER", help="the export")
    a.add_argument("--check-files", action="store_true", help="check sizes and checksums of the files alone; needs no torch")
    a.add_argument("--out", metavar="RESULTS", help="folder for gpu.md and gpu.jsonl")
    a.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    a.add_argument("--precisions", default="fp32,bf16,int8,fp8", help="of parity (default: %(default)s)")
    a.add_argument("--times-in", choices=["fp32", "bf16"], help="precision of steps and decode (default: bf16 on a GPU, else fp32); steps also run in 8 bits")
    a.add_argument("--parts", default="meta,parity,steps,decode,errors", help="(default: %(default)s)")
    a.add_argument("--sizes", default="512,1024,2048,4096", help="sides of images in pixels (default: %(default)s)")
    a.add_argument("--networks", default="", help="only networks whose names contain one of these, separated by commas")
    a.add_argument("--programs", default="plain,compile,diffusers", help="what is timed beside sanaq (default: %(default)s)")
    a.add_argument("--runs", type=int, default=10, help="timed runs of each (default: %(default)s)")
    a.add_argument("--minutes", type=float, default=9, help="time of all parts (default: %(default)s)")
    a.add_argument("--device-loss", action="store_true", help=argparse.SUPPRESS)
    a = a.parse_args()
    unknown = [part for part in a.parts.split(",") if part not in SHARES]
    if unknown:
        print(f"error: --parts {unknown[0]}: known are {', '.join(SHARES)}", file=sys.stderr)
        return 2
    if a.device_loss:
        lose_device()
        return 0
    manifest = read_manifest(a.folder)
    problems = check_files(a.folder, manifest)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if problems or a.check_files:
        print("files: " + ("as exported" if not problems else "FAILED"))
        return 1 if problems else 0
    import torch
    device = a.device if a.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    results = Results(a.minutes, a.parts.split(","), a.out)
    results.watch()
    for what, value in describe(torch, device, manifest).items():
        results.add("Machine", what=what, value=value)
    run(a, results, Bench(a.folder, manifest, device, a.programs.split(",")))
    return results.finish()


def run(a, results, bench):
    sizes = [int(s) for s in a.sizes.split(",")]
    chosen = [n for n in bench.manifest["networks"] if any(part in n["name"] for part in a.networks.split(","))]
    kinds = {kind: [n for n in chosen if n["kind"] == kind] for kind in ["transformer", "autoencoder", "text_encoder"]}
    times_in = a.times_in or ("bf16" if bench.cuda else "fp32")
    bench.use_tf32(False)
    # The largest networks are the last ones.
    timed = [n for n in kinds["transformer"] if n["config"]["qk_norm"] is None and n["config"]["patch_size"] == 1]
    networks = {"meta": chosen, "parity": chosen, "steps": timed, "decode": kinds["autoencoder"], "errors": kinds["transformer"]}
    for part in results.parts:
        results.begin(part)
        try:
            run_part(a, results, bench, part, networks[part], times_in, sizes, kinds["autoencoder"])
        except Exception as e:  # the other parts still run
            results.fail()
            results.add("Not finished", what=results.doing, note=f"FAILED: {type(e).__name__}: {first_line(e)}")
            traceback.print_exc()


def run_part(a, results, bench, part, networks, times_in, sizes, decoders):
    if part == "meta":
        bench.meta(results, networks)
    elif part == "parity":
        bench.parity(results, a.precisions.split(","), networks)
    elif part == "errors":
        if networks and decoders:
            bench.errors(results, networks[-1], decoders[-1], min(sizes[-1], 2048))
    else:
        for network in networks:
            (bench.steps if part == "steps" else bench.decode)(results, network, times_in, sizes, a.runs)


if __name__ == "__main__":
    sys.exit(main())
