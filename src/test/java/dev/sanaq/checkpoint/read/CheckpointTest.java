package dev.sanaq.checkpoint.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.CheckpointFixtures;
import dev.sanaq.checkpoint.CheckpointProblem;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.config.Component;
import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.checkpoint.tensors.AutoencoderTensors;
import dev.sanaq.checkpoint.tensors.TextEncoderTensors;
import dev.sanaq.checkpoint.tensors.TransformerTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final String INDEX = "diffusion_pytorch_model.safetensors.index.json";

  @TempDir Path temp = Path.of("");

  static Stream<String> names() {
    return CheckpointFixtures.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void open_publishedLayout_accountsForEveryTensor(String name) {
    Checkpoint checkpoint = Checkpoint.open(CheckpointFixtures.checkpoint(name));

    assertThat(checkpoint.transformerTensors().names())
        .hasSameElementsAs(TransformerTensors.of(checkpoint.transformer()).shapes().keySet());
    assertThat(checkpoint.autoencoderTensors().names())
        .hasSameElementsAs(AutoencoderTensors.of(checkpoint.autoencoder()).shapes().keySet());
    assertThat(checkpoint.textEncoderTensors().names())
        .hasSameElementsAs(TextEncoderTensors.of(checkpoint.textEncoder()).shapes().keySet());
    assertThat(checkpoint.tokenizerFile()).isRegularFile();
    assertThat(checkpoint.name()).isEqualTo("checkpoint");
    assertThat(checkpoint.autoencoder().spatialCompression()).isEqualTo(32);
  }

  @Test
  void open_readsOptionsOf4kAndSprint() {
    Checkpoint fourK = Checkpoint.open(CheckpointFixtures.checkpoint("tiny-sana-4k"));
    Checkpoint sprint = Checkpoint.open(CheckpointFixtures.checkpoint("tiny-sana-sprint"));

    assertThat(fourK.transformer().interpolationScale()).hasValue(2.0);
    assertThat(fourK.scheduler())
        .isEqualTo(new SchedulerConfig.DpmSolver(1000, 6.0, 2, true, false));
    assertThat(sprint.pipelineClass()).isEqualTo(PipelineClass.SANA_SPRINT);
    assertThat(sprint.transformer().guidanceEmbeds()).isTrue();
    assertThat(sprint.transformer().qkNorm()).isEqualTo(QkNorm.RMS_NORM_ACROSS_HEADS);
    assertThat(sprint.scheduler()).isEqualTo(new SchedulerConfig.Scm(1000, 0.5));
  }

  @Test
  void open_withoutVariant_opensPlainFiles() {
    Path folder = CheckpointFixtures.checkpoint("tiny-sana-1.5");

    assertThat(dtypeOf(Checkpoint.open(folder))).isEqualTo(DType.F32);
    assertThat(dtypeOf(Checkpoint.open(folder, ""))).isEqualTo(DType.F32);
    assertThat(dtypeOf(Checkpoint.open(folder, "bf16"))).isEqualTo(DType.BF16);
  }

  @Test
  void open_onlyOneVariantPresent_opensIt() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    deletePlain(folder, "transformer", "vae", "text_encoder");

    assertThat(dtypeOf(Checkpoint.open(folder))).isEqualTo(DType.BF16);
  }

  @Test
  void open_componentWithoutVariant_opensPlainFiles() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Files.delete(folder.resolve("text_encoder/model.bf16.safetensors"));

    Checkpoint checkpoint = Checkpoint.open(folder, "bf16");

    assertThat(dtypeOf(checkpoint)).isEqualTo(DType.BF16);
    assertThat(checkpoint.textEncoderTensors().get("norm.weight").dtype()).isEqualTo(DType.F32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp16", "../x", "bf16/..", "a b"})
  void open_unknownVariant_throws(String variant) {
    Path folder = CheckpointFixtures.checkpoint("tiny-sana-1.5");

    CheckpointException e =
        catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(folder, variant));

    assertThat(e.file()).isEqualTo(folder.toString());
    assertThat(e.expected()).contains("variant");
  }

  @Test
  void open_severalVariantsNoPlainFiles_throws() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    deletePlain(folder, "transformer");
    Path bf16 = folder.resolve("transformer/diffusion_pytorch_model.bf16.safetensors");
    Files.copy(bf16, bf16.resolveSibling("diffusion_pytorch_model.fp16.safetensors"));

    CheckpointException e =
        catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(folder));

    assertThat(e.found()).isEqualTo("several: [bf16, fp16]");
    assertThat(Checkpoint.open(folder, "fp16").trainedInFp16()).isTrue();
    assertThat(Checkpoint.open(folder, "fp16").variant(Component.TRANSFORMER)).isEqualTo("fp16");
  }

  @Test
  void open_causalLmKeys_readAsGemma2Model() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    Path file = folder.resolve("text_encoder/model.safetensors");
    Checkpoint whole = Checkpoint.open(folder);
    rewrite(
        file,
        shapes -> {
          Map<String, long[]> all = Map.copyOf(shapes);
          shapes.clear();
          all.forEach((name, shape) -> shapes.put("model." + name, shape));
          shapes.put("lm_head.weight", new long[] {640, 24});
        });

    assertThat(Checkpoint.open(folder).textEncoderTensors().names())
        .hasSameElementsAs(whole.textEncoderTensors().names());
  }

  @Test
  void open_wrongTensors_listsEveryProblem() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    Path file = folder.resolve("transformer/diffusion_pytorch_model.safetensors");
    rewrite(
        file,
        shapes -> {
          shapes.remove("proj_out.bias");
          shapes.put("pos_embed", new long[] {1, 4});
          shapes.put("caption_norm.weight", new long[] {33});
        });

    CheckpointException e = openExpectingError(folder);

    assertThat(e.problems())
        .containsExactlyInAnyOrder(
            new CheckpointProblem(file.toString(), "caption_norm.weight", "[32]", "[33]"),
            new CheckpointProblem(file.toString(), "proj_out.bias", "[8]", "no such tensor"),
            new CheckpointProblem(file.toString(), "pos_embed", "no such tensor", "[1, 4]"));
  }

  @Test
  void open_integerWeights_throws() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    Path file = folder.resolve("transformer/diffusion_pytorch_model.safetensors");
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    Files.writeString(file, text.replaceFirst("F32", "I32"), StandardCharsets.ISO_8859_1);

    assertThat(openExpectingError(folder).getMessage())
        .contains("expected F32, F16 or BF16, found I32");
  }

  @Test
  void open_truncatedFile_throwsNamingFile() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    Path file = folder.resolve("vae/diffusion_pytorch_model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));

    assertThat(openExpectingError(folder).file()).isEqualTo(file.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x.safetensors", "/etc/x.safetensors", "a/b.safetensors", "..", "x.bin", ""})
  void open_shardOutsideFolder_throws(String shard) throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Path index = folder.resolve("vae").resolve(INDEX);
    ObjectNode json = JsonFile.read(index);
    ((ObjectNode) json.get("weight_map")).put("decoder.conv_in.bias", shard);
    Files.writeString(index, json.toString());

    CheckpointException e = openExpectingError(folder);

    assertThat(e.file()).isEqualTo(index.toString());
    assertThat(e.key()).isEqualTo("decoder.conv_in.bias");
    assertThat(e.expected()).isEqualTo("the name of a safetensors file next to the index");
    assertThat(e.found()).isEqualTo("\"" + shard + "\"");
  }

  @Test
  void open_indexDisagreesWithShards_throws() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Path index = folder.resolve("transformer").resolve(INDEX);
    ObjectNode json = JsonFile.read(index);
    ObjectNode map = (ObjectNode) json.get("weight_map");
    map.remove("proj_out.bias");
    map.put("nowhere", map.get("proj_out.weight").asText());
    Files.writeString(index, json.toString());

    CheckpointException e = openExpectingError(folder);

    assertThat(e.problems())
        .extracting(CheckpointProblem::key)
        .containsExactly("proj_out.bias", "nowhere");
  }

  @Test
  void open_emptyFolder_listsEverythingMissing() {
    assertThat(openExpectingError(temp).problems())
        .extracting(problem -> temp.relativize(Path.of(problem.file())).toString())
        .containsExactly(
            "model_index.json",
            "transformer/config.json",
            "vae/config.json",
            "text_encoder/config.json",
            "scheduler/scheduler_config.json",
            "transformer",
            "vae",
            "text_encoder",
            "tokenizer/tokenizer.json");
  }

  @Test
  void open_missingShard_throws() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Path shard = folder.resolve("vae/diffusion_pytorch_model-00002-of-00005.safetensors");
    Files.delete(shard);

    assertThat(openExpectingError(folder).getMessage())
        .isEqualTo(shard + ": expected a safetensors file, found none");
  }

  @Test
  void open_singleFileAndIndex_throws() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Path vae = folder.resolve("vae");
    Files.copy(
        vae.resolve("diffusion_pytorch_model-00001-of-00005.safetensors"),
        vae.resolve("diffusion_pytorch_model.safetensors"));

    assertThat(openExpectingError(folder).found()).startsWith("both");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_class_name | \"FluxPipeline\" | SanaPipeline or SanaSprintPipeline",
        "transformer | [\"diffusers\",\"FluxTransformer\"] | [diffusers, SanaTransformer2DModel]",
        "vae | null | [diffusers, AutoencoderDC]",
        "text_encoder | [\"diffusers\",\"Gemma2Model\"] | [transformers, Gemma2Model]",
        "scheduler | [\"diffusers\"] | [diffusers, DPMSolverMultistepScheduler or",
        "tokenizer | [\"transformers\",\"T5Tokenizer\"] | [transformers, GemmaTokenizer or",
        "controlnet | [\"diffusers\",\"X\"] | [diffusers, SanaControlNetModel]",
        "image_encoder | [\"diffusers\",\"X\"] | no part but "
      })
  void open_otherPipelineClass_throws(String key, String value, String expected)
      throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    change(folder.resolve("model_index.json"), key, value);

    CheckpointException e = openExpectingError(folder);

    assertThat(e.file()).isEqualTo(folder.resolve("model_index.json").toString());
    assertThat(e.key()).isEqualTo(key);
    assertThat(e.expected()).startsWith(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model_index.json | _class_name | \"SanaSprintPipeline\" | guidance_embeds",
        "text_encoder/config.json | hidden_size | 25 | caption_channels",
        "vae/config.json | latent_channels | 4 | in_channels",
        "scheduler/scheduler_config.json | _class_name | \"SCMScheduler\" | _class_name"
      })
  void open_mismatchedComponents_throws(String file, String key, String value, String refusedKey)
      throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    if (file.startsWith("scheduler")) {
      Files.writeString(folder.resolve(file), "{\"_class_name\": %s}".formatted(value));
    }
    change(folder.resolve(file), key, value);

    assertThat(openExpectingError(folder).problems())
        .extracting(CheckpointProblem::key)
        .contains(refusedKey);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model\":{\"vocab\":{\"a\":640}}} | model.vocab.a | 640",
        "{\"model\":{\"vocab\":{\"a\":-1}}} | model.vocab.a | -1",
        "{\"model\":{\"vocab\":{\"a\":1}},\"added_tokens\":[{\"id\":9999999999}]} | added_tokens.id"
            + " | 9999999999",
        "{\"model\":{\"vocab\":{\"a\":\"\"}}} | model.vocab.a | no whole number",
        "{\"model\":{}} | model.vocab | none"
      })
  void open_tokenIdBeyondEmbedding_throws(String json, String key, String found)
      throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    Files.writeString(folder.resolve("tokenizer/tokenizer.json"), json);

    CheckpointException e = openExpectingError(folder);

    assertThat(e.file()).isEqualTo(folder.resolve("tokenizer/tokenizer.json").toString());
    assertThat(e.key()).isEqualTo(key);
    assertThat(e.found()).isEqualTo(found);
  }

  @Test
  void message_manyProblems_lists20AndCountsRest() throws IOException {
    Path folder = CheckpointFixtures.copy("tiny-sana", temp.resolve("c"));
    change(folder.resolve("transformer/config.json"), "num_layers", "5");

    CheckpointException e = openExpectingError(folder);

    assertThat(e.problems()).hasSizeGreaterThan(20);
    assertThat(e.getMessage()).hasLineCount(21);
    assertThat(e.getMessage()).endsWith("and %s more".formatted(e.problems().size() - 20));
  }

  @Test
  void message_controlCharacters_areEscaped() {
    CheckpointException e =
        new CheckpointException("f", "\u001b[2J\n" + "x".repeat(1000), "a", "b");

    assertThat(e.key()).startsWith("\u001b");
    assertThat(e.getMessage()).startsWith("f: ?[2J?xxx").hasSizeLessThan(600).hasLineCount(1);
  }

  private static CheckpointException openExpectingError(Path folder) {
    CheckpointException e =
        catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(folder));
    assertThat(e).as("refusal").isNotNull();
    return e;
  }

  private static void change(Path file, String key, String value) throws IOException {
    ObjectNode json = JsonFile.read(file);
    json.set(key, JsonFile.MAPPER.readTree(value));
    Files.writeString(file, json.toString());
  }

  private static void deletePlain(Path folder, String... parts) throws IOException {
    for (String part : parts) {
      try (Stream<Path> files = Files.list(folder.resolve(part))) {
        for (Path file : (Iterable<Path>) files::iterator) {
          String name = file.getFileName().toString();
          if (name.contains("model") && !name.contains("bf16")) {
            Files.delete(file);
          }
        }
      }
    }
  }

  /** Replaces the file by one with other tensors, filled with zeros. */
  private static void rewrite(Path file, Consumer<Map<String, long[]>> change) throws IOException {
    Map<String, long[]> shapes = new TreeMap<>();
    TensorIndex.open(file).all().forEach(tensor -> shapes.put(tensor.name(), tensor.shape()));
    change.accept(shapes);
    Files.delete(file);
    SafetensorsWriter.write(file, shapes, (name, numbers) -> {});
  }

  private static DType dtypeOf(Checkpoint checkpoint) {
    return checkpoint.transformerTensors().get("proj_out.weight").dtype();
  }
}
