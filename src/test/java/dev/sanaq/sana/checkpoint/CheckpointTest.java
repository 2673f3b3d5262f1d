package dev.sanaq.sana.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
    return Fixtures.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyTensorOfThePublishedLayoutIsAccountedFor(String name) {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.checkpoint(name));

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
  void whatSetsTheFixturesApartIsRead() {
    Checkpoint fourK = Checkpoint.open(Fixtures.checkpoint("tiny-sana-4k"));
    Checkpoint sprint = Checkpoint.open(Fixtures.checkpoint("tiny-sana-sprint"));

    assertThat(fourK.transformer().interpolationScale()).hasValue(2.0);
    assertThat(fourK.scheduler())
        .isEqualTo(new SchedulerConfig.DpmSolver(1000, 6.0, 2, true, false));
    assertThat(sprint.pipeline()).isEqualTo(Pipeline.SANA_SPRINT);
    assertThat(sprint.transformer().guidanceEmbeds()).isTrue();
    assertThat(sprint.transformer().qkNorm()).isEqualTo(QkNorm.RMS_NORM_ACROSS_HEADS);
    assertThat(sprint.scheduler()).isEqualTo(new SchedulerConfig.Scm(1000, 0.5));
  }

  @Test
  void plainFilesAreOpenedUnlessAVariantIsAskedFor() {
    Path folder = Fixtures.checkpoint("tiny-sana-1.5");

    assertThat(typeIn(Checkpoint.open(folder))).isEqualTo(StorageType.F32);
    assertThat(typeIn(Checkpoint.open(folder, ""))).isEqualTo(StorageType.F32);
    assertThat(typeIn(Checkpoint.open(folder, "bf16"))).isEqualTo(StorageType.BF16);
  }

  @Test
  void theOnlyVariantThereIsIsFound() throws IOException {
    Path folder = Fixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    deletePlain(folder, "transformer", "vae", "text_encoder");

    assertThat(typeIn(Checkpoint.open(folder))).isEqualTo(StorageType.BF16);
  }

  @Test
  void aPartWithoutTheVariantGivesItsPlainFiles() throws IOException {
    Path folder = Fixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Files.delete(folder.resolve("text_encoder/model.bf16.safetensors"));

    Checkpoint checkpoint = Checkpoint.open(folder, "bf16");

    assertThat(typeIn(checkpoint)).isEqualTo(StorageType.BF16);
    assertThat(checkpoint.textEncoderTensors().get("norm.weight").type())
        .isEqualTo(StorageType.F32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp16", "../x", "bf16/..", "a b"})
  void aVariantThatNoPartHasIsRefused(String variant) {
    Path folder = Fixtures.checkpoint("tiny-sana-1.5");

    CheckpointException e =
        catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(folder, variant));

    assertThat(e.file()).isEqualTo(folder.toString());
    assertThat(e.expected()).contains("variant");
  }

  @Test
  void severalVariantsWithoutPlainFilesNeedAChoice() throws IOException {
    Path folder = Fixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    deletePlain(folder, "transformer");
    Path bf16 = folder.resolve("transformer/diffusion_pytorch_model.bf16.safetensors");
    Files.copy(bf16, bf16.resolveSibling("diffusion_pytorch_model.fp16.safetensors"));

    CheckpointException e =
        catchThrowableOfType(CheckpointException.class, () -> Checkpoint.open(folder));

    assertThat(e.found()).isEqualTo("several: [bf16, fp16]");
    assertThat(Checkpoint.open(folder, "fp16").trainedInFp16()).isTrue();
    assertThat(Checkpoint.open(folder, "fp16").variant(Network.TRANSFORMER)).isEqualTo("fp16");
  }

  @Test
  void keysOfTheClassWithALanguageHeadAreReadAsGemmas() throws IOException {
    Path folder = Fixtures.copy("tiny-sana", temp.resolve("c"));
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
  void missingUnexpectedAndMisshapenTensorsAreNamedAtOnce() throws IOException {
    Path folder = Fixtures.copy("tiny-sana", temp.resolve("c"));
    Path file = folder.resolve("transformer/diffusion_pytorch_model.safetensors");
    rewrite(
        file,
        shapes -> {
          shapes.remove("proj_out.bias");
          shapes.put("pos_embed", new long[] {1, 4});
          shapes.put("caption_norm.weight", new long[] {33});
        });

    CheckpointException e = refused(folder);

    assertThat(e.problems())
        .containsExactlyInAnyOrder(
            new CheckpointProblem(file.toString(), "caption_norm.weight", "[32]", "[33]"),
            new CheckpointProblem(file.toString(), "proj_out.bias", "[8]", "no such tensor"),
            new CheckpointProblem(file.toString(), "pos_embed", "no such tensor", "[1, 4]"));
  }

  @Test
  void weightsStoredAsIntegersAreRefused() throws IOException {
    Path folder = Fixtures.copy("tiny-sana", temp.resolve("c"));
    Path file = folder.resolve("transformer/diffusion_pytorch_model.safetensors");
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    Files.writeString(file, text.replaceFirst("F32", "I32"), StandardCharsets.ISO_8859_1);

    assertThat(refused(folder).getMessage()).contains("expected F32, F16 or BF16, found I32");
  }

  @Test
  void aTruncatedFileIsRefusedWithItsName() throws IOException {
    Path folder = Fixtures.copy("tiny-sana", temp.resolve("c"));
    Path file = folder.resolve("vae/diffusion_pytorch_model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));

    assertThat(refused(folder).file()).isEqualTo(file.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x.safetensors", "/etc/x.safetensors", "a/b.safetensors", "..", "x.bin", ""})
  void aShardOutsideTheFolderIsRefused(String shard) throws IOException {
    Path folder = Fixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Path index = folder.resolve("vae").resolve(INDEX);
    ObjectNode json = JsonFile.read(index);
    ((ObjectNode) json.get("weight_map")).put("decoder.conv_in.bias", shard);
    Files.writeString(index, json.toString());

    CheckpointException e = refused(folder);

    assertThat(e.file()).isEqualTo(index.toString());
    assertThat(e.key()).isEqualTo("decoder.conv_in.bias");
    assertThat(e.expected()).isEqualTo("the name of a safetensors file beside the index");
    assertThat(e.found()).isEqualTo("\"" + shard + "\"");
  }

  @Test
  void anIndexThatDisagreesWithItsShardsIsRefused() throws IOException {
    Path folder = Fixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Path index = folder.resolve("transformer").resolve(INDEX);
    ObjectNode json = JsonFile.read(index);
    ObjectNode map = (ObjectNode) json.get("weight_map");
    map.remove("proj_out.bias");
    map.put("nowhere", map.get("proj_out.weight").asText());
    Files.writeString(index, json.toString());

    CheckpointException e = refused(folder);

    assertThat(e.problems())
        .extracting(CheckpointProblem::key)
        .containsExactly("proj_out.bias", "nowhere");
  }

  @Test
  void aFolderWithoutACheckpointNamesAllThatIsMissing() {
    assertThat(refused(temp).problems())
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
  void aMissingShardIsRefused() throws IOException {
    Path folder = Fixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Path shard = folder.resolve("vae/diffusion_pytorch_model-00002-of-00005.safetensors");
    Files.delete(shard);

    assertThat(refused(folder).getMessage())
        .isEqualTo(shard + ": expected a safetensors file, found none");
  }

  @Test
  void aSingleFileBesideAnIndexIsRefused() throws IOException {
    Path folder = Fixtures.copy("tiny-sana-1.5", temp.resolve("c"));
    Path vae = folder.resolve("vae");
    Files.copy(
        vae.resolve("diffusion_pytorch_model-00001-of-00005.safetensors"),
        vae.resolve("diffusion_pytorch_model.safetensors"));

    assertThat(refused(folder).found()).startsWith("both");
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
        "controlnet | [\"diffusers\",\"X\"] | no part but "
      })
  void anotherPipelineIsRefused(String key, String value, String expected) throws IOException {
    Path folder = Fixtures.copy("tiny-sana", temp.resolve("c"));
    change(folder.resolve("model_index.json"), key, value);

    CheckpointException e = refused(folder);

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
  void partsThatDoNotGoTogetherAreRefused(String file, String key, String value, String refusedKey)
      throws IOException {
    Path folder = Fixtures.copy("tiny-sana", temp.resolve("c"));
    if (file.startsWith("scheduler")) {
      Files.writeString(folder.resolve(file), "{\"_class_name\": %s}".formatted(value));
    }
    change(folder.resolve(file), key, value);

    assertThat(refused(folder).problems()).extracting(CheckpointProblem::key).contains(refusedKey);
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
  void aTokenBeyondTheEmbeddingIsRefused(String json, String key, String found) throws IOException {
    Path folder = Fixtures.copy("tiny-sana", temp.resolve("c"));
    Files.writeString(folder.resolve("tokenizer/tokenizer.json"), json);

    CheckpointException e = refused(folder);

    assertThat(e.file()).isEqualTo(folder.resolve("tokenizer/tokenizer.json").toString());
    assertThat(e.key()).isEqualTo(key);
    assertThat(e.found()).isEqualTo(found);
  }

  @Test
  void aMessageSpellsOutTwentyProblemsAndCountsTheRest() throws IOException {
    Path folder = Fixtures.copy("tiny-sana", temp.resolve("c"));
    change(folder.resolve("transformer/config.json"), "num_layers", "5");

    CheckpointException e = refused(folder);

    assertThat(e.problems()).hasSizeGreaterThan(20);
    assertThat(e.getMessage()).hasLineCount(21);
    assertThat(e.getMessage()).endsWith("and %d more".formatted(e.problems().size() - 20));
  }

  @Test
  void aHostileNameCannotMoveTheTerminalsCursor() {
    CheckpointException e =
        new CheckpointException("f", "\u001b[2J\n" + "x".repeat(1000), "a", "b");

    assertThat(e.key()).startsWith("\u001b");
    assertThat(e.getMessage()).startsWith("f: ?[2J?xxx").hasSizeLessThan(600).hasLineCount(1);
  }

  private static CheckpointException refused(Path folder) {
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

  /** A file of zeros with other tensors than it had. */
  private static void rewrite(Path file, Consumer<Map<String, long[]>> change) throws IOException {
    Map<String, long[]> shapes = new TreeMap<>();
    Tensors.open(file).all().forEach(tensor -> shapes.put(tensor.name(), tensor.shape()));
    change.accept(shapes);
    Files.delete(file);
    SafetensorsWriter.write(file, shapes, (name, numbers) -> {});
  }

  private static StorageType typeIn(Checkpoint checkpoint) {
    return checkpoint.transformerTensors().get("proj_out.weight").type();
  }
}
