package dev.sanaq.benchmark.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.sana.denoise.Sampler;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.script.ScriptSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a network on random inputs, with the kernels of a GPU on the CPU. Stateless. */
final class ReferenceCases {
  private static final double TIMESTEP = 600;
  private static final double GUIDANCE = 4.5;

  /** A solver step's factors, in the order of SolverStep's components; all terms are there. */
  private static final double[] COEFFICIENTS = {0, 1, 1, -0.6, 0.5, 0.5, 0, 0.25};

  /** Both prompts of a guided image: the short one makes a mask necessary. */
  private static final long[] PROMPT_TOKENS = {2, 20};

  private ReferenceCases() {}

  /** What the networks run on: a GPU's operators, in fp32. */
  static DevicePlacement placement() {
    return DevicePlacement.cpu(Precision.FP32).withKernels(DevicePlacement.Kernels.PLAIN);
  }

  /**
   * Inputs and expected outputs.
   *
   * @param name of the size
   * @param arguments other than tensors
   * @param tensors inputs and outputs by name
   */
  record ReferenceCase(String name, ObjectNode arguments, Map<String, HostTensor> tensors) {}

  /** The sampler's program, which has no weights. */
  static ScriptSource sampler() {
    return new ScriptSource(Sampler.class, "sampler", Map.of());
  }

  /** The case of a size. */
  static ReferenceCase compute(ExportedNetwork network, ScriptProgram program, int size) {
    return switch (network.kind()) {
      case TRANSFORMER -> transformer(network.config(), program, size);
      case AUTOENCODER -> decoder(network.config(), program, size);
      case TEXT_ENCODER -> textEncoder(network.config(), program, size);
    };
  }

  private static ReferenceCase transformer(ObjectNode config, ScriptProgram program, int side) {
    boolean embedded = config.get("guidance_embeds").booleanValue();
    // Embedded guidance replaces the second row.
    long[] lengths = embedded ? new long[] {PROMPT_TOKENS[1]} : PROMPT_TOKENS;
    long[] shape = {1, config.get("in_channels").longValue(), side, side};
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("latents", random(side, shape));
    tensors.put("noise", random(side + 1, shape));
    tensors.put(
        "embeds",
        random(side + 2, lengths.length, PROMPT_TOKENS[1], config.get("caption_channels").asInt()));
    ObjectNode arguments = JsonFile.MAPPER.createObjectNode();
    for (long length : lengths) {
      arguments.withArray("/lengths").add(length);
    }
    for (double coefficient : COEFFICIENTS) {
      arguments.withArray("/coefficients").add(coefficient);
    }
    arguments.put("timestep", TIMESTEP).put("guidance", GUIDANCE);
    float guidance =
        (float) (embedded ? GUIDANCE * config.get("guidance_embeds_scale").doubleValue() : 0);
    try (ScriptProgram sampler = ScriptProgram.compile(sampler(), placement());
        ScriptValue latents = value(tensors, "latents");
        ScriptValue embeds = value(tensors, "embeds");
        ScriptValue counts = ScriptValue.list(lengths);
        ScriptValue none = ScriptValue.list(new long[0]);
        ScriptValue prompt = program.call("encode_prompt", embeds, counts, none);
        ScriptValue timestep = ScriptValue.floats(new float[] {(float) TIMESTEP}, 1, 1);
        ScriptValue scaled = ScriptValue.floats(new float[] {guidance}, 1);
        ScriptValue tables = program.call("time_modulation", timestep, scaled, none);
        ScriptValue patches = ScriptValue.of(side / config.get("patch_size").longValue());
        ScriptValue positions = program.call("positional_embedding", patches, patches);
        ScriptValue factor = ScriptValue.of(1.0);
        ScriptValue index = ScriptValue.of(0L);
        ScriptValue output =
            program.call("forward", latents, factor, tables, index, positions, prompt)) {
      tensors.put("output", new HostTensor(output.shape(), output.toFloats()));
      tensors.put("next", step(sampler, tensors, output));
    }
    return new ReferenceCase(side + "x" + side, arguments, tensors);
  }

  private static HostTensor step(
      ScriptProgram sampler, Map<String, HostTensor> tensors, ScriptValue output) {
    try (ScriptValue latents = value(tensors, "latents");
        ScriptValue noise = value(tensors, "noise");
        ScriptValue start = ScriptValue.tensorList(latents);
        ScriptValue fresh = ScriptValue.tensorList(noise);
        ScriptValue one = ScriptValue.of(1.0);
        ScriptValue device = ScriptValue.of(placement().torchDevice());
        ScriptValue state = sampler.call("init", start, one, device);
        ScriptValue scales = ScriptValue.floats(new float[] {(float) GUIDANCE}, 1);
        ScriptValue inputs = sampler.call("start_inputs", scales, device);
        ScriptValue index = ScriptValue.of(1L);
        ScriptValue coefficients = ScriptValue.list(COEFFICIENTS)) {
      sampler.call("add_noise", inputs, fresh).close();
      return next(sampler, state, output, inputs, index, coefficients);
    }
  }

  private static HostTensor next(ScriptProgram sampler, ScriptValue... arguments) {
    try (ScriptValue state = sampler.call("step", arguments);
        ScriptValue next = sampler.call("latents", state)) {
      return new HostTensor(next.shape(), next.toFloats());
    }
  }

  private static ReferenceCase decoder(ObjectNode config, ScriptProgram program, int side) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    long channels = config.get("latent_channels").longValue();
    tensors.put("latents", random(side, 1, channels, side, side));
    try (ScriptValue latents = value(tensors, "latents");
        ScriptValue image = program.call("decode", latents)) {
      tensors.put("image", new HostTensor(image.shape(), image.toFloats()));
    }
    ObjectNode none = JsonFile.MAPPER.createObjectNode();
    return new ReferenceCase(side + "x" + side, none, tensors);
  }

  private static ReferenceCase textEncoder(ObjectNode config, ScriptProgram program, int count) {
    ObjectNode arguments = JsonFile.MAPPER.createObjectNode();
    long[] ids = new long[count];
    for (int i = 0; i < count; i++) {
      ids[i] = (5 + 37L * i) % config.get("vocab_size").longValue();
      arguments.withArray("/ids").add(ids[i]);
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    try (ScriptValue tokens = ScriptValue.longs(ids, count);
        ScriptValue zero = ScriptValue.of(0L);
        ScriptValue past = program.call("empty_kv_cache");
        ScriptValue states = program.call("start_forward", tokens)) {
      for (int i = 0; i < config.get("num_hidden_layers").intValue(); i++) {
        try (ScriptValue layer = ScriptValue.of((long) i)) {
          program.call("forward_layer", states, past, zero, layer).close();
        }
      }
      program.call("finish_forward", states, past, zero).close();
      try (ScriptValue hidden = program.call("last_hidden_state", states)) {
        tensors.put("hidden", new HostTensor(hidden.shape(), hidden.toFloats()));
      }
    }
    return new ReferenceCase(count + " tokens", arguments, tensors);
  }

  private static HostTensor random(long seed, long... shape) {
    try (ScriptValue tensor = Torch.normal(seed, 1, shape).get(0)) {
      return new HostTensor(shape, tensor.toFloats());
    }
  }

  private static ScriptValue value(Map<String, HostTensor> tensors, String name) {
    HostTensor tensor = tensors.getOrDefault(name, new HostTensor(new long[] {0}, new float[0]));
    return ScriptValue.floats(tensor.values(), tensor.shape());
  }
}
