package dev.sanaq.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.read.ComponentFolder;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.write.CheckpointWriter;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.sana.transformer.SanaControlNet;
import dev.sanaq.sana.transformer.SanaTransformer;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.HostTensor;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.train.cache.BaseModels;
import dev.sanaq.train.cache.FeatureCaches;
import dev.sanaq.train.config.ControlNetConfig;
import dev.sanaq.train.controlnet.ControlNetInitializer;
import dev.sanaq.train.controlnet.ControlNetTask;
import dev.sanaq.train.controlnet.ControlledData;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.loop.TrainingProgress;
import dev.sanaq.train.transformer.FrozenCaptions;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training of a ControlNet: which weights change, its effect at first, resuming, the files. */
class ControlNetTrainingTest {
  private static final int SIDE = 64;

  private final Path folder;
  private final Path checkpoint;
  private Path data = Path.of("");

  ControlNetTrainingTest(@TempDir Path folder) {
    this.folder = folder;
    this.checkpoint = folder.resolve("checkpoint");
  }

  @BeforeEach
  void createData() throws IOException {
    Torch.setThreads(1);
    data = TinyTraining.create(folder).data();
    copy(Fixtures.path("tiny-sana/checkpoint"), checkpoint);
    Path config = checkpoint.resolve("transformer/config.json");
    String json = Files.readString(config);
    Files.writeString(config, json.replace("\"sample_size\": 32", "\"sample_size\": 2"));
    assertThat(Checkpoint.open(checkpoint).defaultSize()).isEqualTo(SIDE);
  }

  @Test
  void training_updatesControlNetOnly_andWritesPublishedLayout() throws IOException {
    Path written = train("run", TinyTraining.noProgress());

    Map<String, HostTensor> state =
        TensorIndex.open(folder.resolve("run/state-0000008.safetensors")).read();
    Map<String, HostTensor> base = Checkpoint.open(checkpoint).transformerTensors().read();
    base.forEach(
        (name, tensor) ->
            assertThat(tensor(state, "weight.transformer." + name).values())
                .as(name)
                .containsExactly(tensor.values()));
    assertThat(
            state.keySet().stream()
                .filter(name -> name.startsWith("average.") || name.startsWith("state."))
                .collect(Collectors.toSet()))
        .isNotEmpty()
        .allMatch(name -> name.contains(".controlnet."));
    assertThat(written).isEqualTo(folder.resolve("run/controlnets/canny"));
    ComponentFolder<TransformerConfig> controlNet = ComponentFolder.openControlNet(written);
    assertThat(controlNet.config().numLayers()).isEqualTo(1);
    assertThat(controlNet.config().mlpRatio()).isEqualTo(2);
    controlNet
        .tensors()
        .read()
        .forEach(
            (name, tensor) ->
                assertThat(tensor.values())
                    .as(name)
                    .isEqualTo(tensor(state, "average.controlnet." + name).values()));
    // After the first step also the blocks behind the zero layers have gradients.
    Map<String, HostTensor> start = ControlNetInitializer.weights(controlNet.config(), base);
    assertThat(start)
        .allSatisfy(
            (name, tensor) ->
                assertThat(tensor(state, "weight.controlnet." + name).values())
                    .as(name)
                    .isNotEqualTo(tensor.values()));
    assertThat(Files.readString(written.resolve("config.json")))
        .contains("SanaControlNetModel")
        .doesNotContain("qk_norm", "guidance_embeds", "timestep_scale");
  }

  @Test
  void training_reducesTheLoss() throws IOException {
    List<Double> losses = new ArrayList<>();
    try (ControlNetTask task = task(config("\"peak\": 0.02", "\"steps\": 8"))) {
      losses.add(mean(task.evaluate()));
      task.selectTrainable(0);
      task.program().enableGrad();
      for (int step = 0; step < 60; step++) {
        task.accumulateGradients(0, step, 0, 1);
        task.program().adamw(0.005, 0.9, 0.99, 1e-8, step + 1);
        task.program().updateEma(0);
      }
      losses.add(mean(task.evaluate()));
    }
    assertThat(losses.get(1)).isLessThan(0.97 * losses.get(0));
  }

  /** The zero layers: without training, a ControlNet changes nothing, whatever its input. */
  @Test
  void untrainedControlNet_changesNoBit() throws IOException {
    Checkpoint base = Checkpoint.open(checkpoint);
    TransformerConfig controlNet = ControlNetTask.controlNetConfig(config(), base.transformer());
    new CheckpointWriter(checkpoint, config().weights())
        .writeControlNet(
            "canny",
            controlNet,
            ControlNetInitializer.weights(controlNet, base.transformerTensors().read()));
    try (SanaPipeline pipeline =
        SanaPipeline.load(
            checkpoint, new PipelineOptions("fp32", "", 1, "cpu", List.of(), false))) {
      // At scale 0 a control image has no effect, and the result is resized in the same way.
      byte[] without = generate(pipeline, control(0));
      assertThat(generate(pipeline, control(1))).isEqualTo(without);
      assertThat(generate(pipeline, control(20))).isEqualTo(without);
    }
  }

  @Test
  void resume_afterInterruption_isBitIdentical() throws IOException {
    train("whole", TinyTraining.noProgress());
    assertThatThrownBy(() -> train("cut", failAfter(5))).hasMessage("interrupted");
    assertThat(folder.resolve("cut/state-0000004.safetensors")).exists();
    train("cut", TinyTraining.noProgress());
    for (String file :
        List.of(
            "state-0000008.safetensors", "controlnets/canny/diffusion_pytorch_model.safetensors")) {
      assertThat(folder.resolve("cut").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("whole").resolve(file));
    }
  }

  /** The trainer's prediction is that of the two networks as they serve. */
  @Test
  void prediction_equalsThatOfInference() throws IOException {
    Path written = Fixtures.path("conditioning/controlnet/checkpoint/controlnet");
    Checkpoint base = Checkpoint.open(checkpoint);
    long[] shape = {2, base.transformer().inChannels(), 4, 4};
    int tokens = 5;
    int width = base.transformer().captionChannels();
    float sigma = 0.7f;
    ControlNetConfig same =
        config("\"numLayers\": 1,\n  \"mlpRatio\": 2.0", "\"numLayers\": 2, \"mlpRatio\": 2.5");
    try (ControlNetTask task = task(same);
        ScriptValue latents = Torch.normal(1, 1, shape).get(0);
        ScriptValue noise = Torch.normal(2, 1, shape).get(0);
        ScriptValue condition = Torch.normal(3, 1, shape).get(0);
        ScriptValue embeds = Torch.normal(4, 1, 2, tokens, width).get(0);
        ScriptValue lengths = ScriptValue.list(new long[] {tokens, tokens});
        ScriptValue sigmas = ScriptValue.floats(new float[] {sigma, sigma}, 2)) {
      ComponentFolder<TransformerConfig> trained = ComponentFolder.openControlNet(written);
      trained
          .tensors()
          .read()
          .forEach(
              (name, tensor) ->
                  task.program()
                      .put(
                          ControlNetTask.CONTROLNET_PREFIX + name,
                          tensor.values(),
                          tensor.shape()));
      float[] x = latents.toFloats();
      float[] n = noise.toFloats();
      for (int i = 0; i < x.length; i++) {
        x[i] = x[i] * (1 - sigma) + n[i] * sigma;
      }
      float[] expected =
          infer(base, trained, x, shape, condition, rows(embeds.toFloats(), tokens, width), sigma);
      try (ScriptValue predicted =
          task.program()
              .script()
              .call("eval_prediction", latents, noise, sigmas, condition, embeds, lengths)) {
        float[] found = predicted.toFloats();
        assertThat(TestPrograms.maxAbsDifference(found, expected)).isLessThan(2e-5);
        try (ScriptValue zeros = ScriptValue.floats(new float[x.length], shape);
            ScriptValue other =
                task.program()
                    .script()
                    .call("eval_prediction", latents, noise, sigmas, zeros, embeds, lengths)) {
          assertThat(TestPrograms.maxAbsDifference(other.toFloats(), found)).isGreaterThan(1e-2);
        }
      }
    }
  }

  @Test
  void initializer_smallerMlp_copiesFirstChannelsOfBothHalves() {
    Checkpoint base = Checkpoint.open(checkpoint);
    TransformerConfig config = base.transformer().controlNet(1, 2);
    Map<String, HostTensor> transformer = base.transformerTensors().read();
    Map<String, HostTensor> made = ControlNetInitializer.weights(config, transformer);
    String layer = "transformer_blocks.0.ff.conv_inverted.bias";
    float[] all = tensor(transformer, layer).values();
    float[] some = tensor(made, layer).values();
    int half = some.length / 2;
    assertThat(half).isEqualTo(config.mlpChannels()).isLessThan(all.length / 2);
    for (int i = 0; i < half; i++) {
      assertThat(some[i]).isEqualTo(all[i]);
      assertThat(some[half + i]).isEqualTo(all[all.length / 2 + i]);
    }
    String point = "transformer_blocks.0.ff.conv_point.weight";
    int columns = base.transformer().mlpChannels();
    assertThat(tensor(made, point).values()[half])
        .isEqualTo(tensor(transformer, point).values()[columns]);
  }

  @Test
  void checkpointWithoutSuchControlNets_isRefused() {
    Checkpoint sprint = Checkpoint.open(Fixtures.path("tiny-sana-sprint/checkpoint"));
    assertThatThrownBy(() -> ControlNetTask.controlNetConfig(config(), sprint.transformer()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SANA-Sprint");
    Checkpoint base = Checkpoint.open(checkpoint);
    assertThatThrownBy(
            () ->
                ControlNetTask.controlNetConfig(
                    config("\"numLayers\": 1", "\"numLayers\": 99"), base.transformer()))
        .hasMessageContaining("numLayers 99");
    assertThatThrownBy(() -> config("\"canny\"", "\"hed\"")).hasMessageContaining("hed");
  }

  private Path train(String name, TrainingProgress progress) throws IOException {
    return new ControlNetTraining(
            config(), data, checkpoint, folder.resolve(name), TestPrograms.CPU, progress)
        .run(true);
  }

  private ControlNetTask task(ControlNetConfig config) throws IOException {
    BaseModels models = BaseModels.fineTune(checkpoint);
    Dataset dataset = Dataset.read(data);
    FeatureCaches caches =
        new FeatureCaches(folder.resolve("cache"), TestPrograms.CPU, TinyTraining.noProgress());
    Checkpoint base = Checkpoint.open(checkpoint);
    return new ControlNetTask(
        config,
        base,
        ControlledData.of(dataset, config, models, caches, SIDE),
        new FrozenCaptions(caches.promptEmbeds(dataset, base)),
        TestPrograms.CPU);
  }

  private static double mean(Map<String, Double> metrics) {
    return Objects.requireNonNull(metrics.get("lossMean"));
  }

  private static TrainingProgress failAfter(long last) {
    return new TrainingProgress() {
      @Override
      public void onPreparation(String what, long done, long total) {}

      @Override
      public void onStep(String phase, long step, long steps, double loss) {
        if (step == last) {
          throw new IllegalStateException("interrupted");
        }
      }

      @Override
      public void onMessage(String line) {}
    };
  }

  private static float[] infer(
      Checkpoint base,
      ComponentFolder<TransformerConfig> trained,
      float[] x,
      long[] shape,
      ScriptValue condition,
      List<PromptEmbeds> prompts,
      float sigma) {
    float[] timestep = {sigma * 1000};
    try (SanaTransformer transformer = SanaTransformer.load(base, TestPrograms.CPU);
        SanaControlNet controlNet = SanaControlNet.load(trained, TestPrograms.CPU);
        ScriptValue latents = ScriptValue.floats(x, shape);
        ScriptValue held = controlNet.hold(condition);
        ScriptValue controlPrompts = controlNet.encodePrompt(prompts);
        ScriptValue controlModulation = controlNet.timeModulation(timestep);
        ScriptValue controlPositions = controlNet.positionalEmbedding(4, 4);
        ScriptValue samples =
            controlNet.forward(
                latents,
                held,
                new float[] {1, 1},
                controlModulation,
                0,
                controlPositions,
                controlPrompts);
        ScriptValue encoded = transformer.encodePrompt(prompts, 0, 0);
        ScriptValue modulation = transformer.timeModulation(timestep, 1, new float[] {1, 1}, 0);
        ScriptValue positions = transformer.positionalEmbedding(4, 4);
        ScriptValue output =
            transformer.forward(latents, 1, modulation, 0, positions, encoded, samples)) {
      return output.toFloats();
    }
  }

  private static List<PromptEmbeds> rows(float[] values, int tokens, int width) {
    int length = tokens * width;
    return List.of(
        new PromptEmbeds(Arrays.copyOfRange(values, 0, length), tokens, width),
        new PromptEmbeds(Arrays.copyOfRange(values, length, 2 * length), tokens, width));
  }

  private static byte[] generate(SanaPipeline pipeline, ControlImage control) {
    GenerationParams params =
        new GenerationParams(
                "a fox", "", SIDE, SIDE, 3, 3, 1, 1, SolverKind.FLOW_DPM, false, true, List.of())
            .withConditioning(Conditioning.NONE.withControl(control));
    return pipeline.generate(params, (done, steps) -> {}).images().get(0).samples();
  }

  private static ControlImage control(double scale) {
    byte[] samples = new byte[3 * SIDE * SIDE];
    new Random(5).nextBytes(samples);
    return new ControlImage(
        "", new RgbImage(SIDE, SIDE, samples), scale, GuidanceInterval.ALL_STEPS);
  }

  private static ControlNetConfig config() {
    return config("", "");
  }

  /** The test's configuration with a text replaced. */
  private static ControlNetConfig config(String from, String to) {
    try {
      Path file =
          Path.of(
              Objects.requireNonNull(
                      ControlNetTrainingTest.class.getResource("/train/tiny-controlnet.json"))
                  .toURI());
      Path changed = Files.createTempFile("controlnet", ".json");
      String text = Files.readString(file);
      Files.writeString(changed, from.isEmpty() ? text : text.replace(from, to));
      try {
        return ControlNetConfig.read(changed.toString());
      } finally {
        Files.delete(changed);
      }
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HostTensor tensor(Map<String, HostTensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }
}
