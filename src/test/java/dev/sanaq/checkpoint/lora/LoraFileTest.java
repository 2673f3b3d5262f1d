package dev.sanaq.checkpoint.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.CheckpointFixtures;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with a part missing, another name or a bad number are refused by name. */
class LoraFileTest {
  private static final Path VALID =
      Fixtures.path("tiny-sana/lora/pytorch_lora_weights.safetensors");
  private static final TransformerConfig CONFIG =
      Checkpoint.open(CheckpointFixtures.checkpoint("tiny-sana")).transformer();
  private static final String LAYER = "transformer_blocks.0.attn1.to_q";
  private static final String A = "transformer." + LAYER + ".lora_A.weight";
  private static final String B = "transformer." + LAYER + ".lora_B.weight";
  private static final String ALPHA = "transformer." + LAYER + ".alpha";

  private final Map<String, HostTensor> tensors = new LinkedHashMap<>();
  private final Path file;
  private String header = "";

  LoraFileTest(@TempDir Path folder) {
    file = folder.resolve("style.safetensors");
  }

  @BeforeEach
  void readValidFile() {
    tensors.putAll(TensorIndex.open(VALID).read());
    assertThat(tensors).containsKeys(A, B);
  }

  @Test
  void open_validFile_readsEveryLayer() throws IOException {
    tensors.put(ALPHA, scalar(3));
    LoraFile lora = open();
    LoraLayer layer = layer(lora, LAYER);
    assertThat(layer.rank()).isEqualTo(4);
    assertThat(layer.alpha()).isEqualTo(3);
    assertThat(layer.scale()).isEqualTo(3.0 / 4);
    assertThat(lora.layers()).hasSize(18);
    assertThat(lora.naming()).startsWith("PEFT");
    assertThat(lora.dtypes()).containsExactly("F32");
    assertThat(lora.isDora()).isFalse();
    assertThat(lora.sha256()).matches("[0-9a-f]{64}");
  }

  @ParameterizedTest
  @CsvSource({
    "transformer.%s.lora_A.weight, transformer.%s.lora_B.weight",
    "%s.lora_A.weight, %s.lora_B.weight",
    "base_model.model.%s.lora_A.default.weight, base_model.model.%s.lora_B.default.weight",
    "base_model.model.transformer.%s.lora_A.weight, base_model.model.transformer.%s.lora_B.weight",
    "diffusion_model.%s.lora_down.weight, diffusion_model.%s.lora_up.weight",
    "transformer.%s.lora.down.weight, transformer.%s.lora.up.weight",
    "transformer.%s_lora.down.weight, transformer.%s_lora.up.weight",
    "lora_transformer.%s.lora_down.weight, lora_transformer.%s.lora_up.weight",
    "lora_transformer_%f.lora_down.weight, lora_transformer_%f.lora_up.weight",
    "lora_unet_%f.lora_down.weight, lora_unet_%f.lora_up.weight",
    "lora_%f.lora_down.weight, lora_%f.lora_up.weight"
  })
  void open_eachNaming_isTheSameLayer(String a, String b) throws IOException {
    LoraFile expected = open();
    Map<String, HostTensor> renamed = new LinkedHashMap<>();
    for (String layer : expected.layers().keySet()) {
      String prefix = "transformer." + layer;
      renamed.put(name(a, layer), tensor(prefix + ".lora_A.weight"));
      renamed.put(name(b, layer), tensor(prefix + ".lora_B.weight"));
      renamed.put(name(a, layer).replaceAll("[._]lora[._](A|down).*", ".alpha"), scalar(2));
    }
    tensors.clear();
    tensors.putAll(renamed);
    LoraFile lora = open();
    assertThat(lora.layers().keySet()).isEqualTo(expected.layers().keySet());
    assertThat(layer(lora, LAYER).scale()).isEqualTo(0.5);
  }

  private static String name(String pattern, String layer) {
    return pattern.replace("%s", layer).replace("%f", layer.replace('.', '_'));
  }

  @Test
  void open_processorNamesOfOldDiffusers_areRead() throws IOException {
    HostTensor a = tensor(A);
    HostTensor b = tensor(B);
    tensors.clear();
    tensors.put("transformer.transformer_blocks.0.attn1.processor.to_q_lora.down.weight", a);
    tensors.put("transformer.transformer_blocks.0.attn1.processor.to_q_lora.up.weight", b);
    tensors.put("transformer.transformer_blocks.0.attn1.processor.to_out_lora.down.weight", a);
    tensors.put("transformer.transformer_blocks.0.attn1.processor.to_out_lora.up.weight", b);
    assertThat(open().layers()).containsOnlyKeys(LAYER, "transformer_blocks.0.attn1.to_out.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "f16", "everything", "rslora", "bias", "dora"})
  void open_filesOfPeft_areRead(String name) {
    LoraFile lora = LoraFile.open(Fixtures.path("lora/" + name + ".safetensors"), CONFIG);
    LoraLayer layer = layer(lora, "transformer_blocks.1.attn1.to_k");
    assertThat(lora.isDora()).isEqualTo(name.equals("dora"));
    switch (name) {
      case "everything" -> {
        assertThat(layer.scale()).isEqualTo(6.0 / 4);
        LoraLayer query = layer(lora, "transformer_blocks.1.attn1.to_q");
        assertThat(query.rank()).isEqualTo(3);
        assertThat(query.scale()).isEqualTo(9.0 / 3);
        assertThat(layer(lora, "transformer_blocks.1.attn2.to_q").scale()).isEqualTo(6.0 / 3);
        assertThat(layer(lora, "transformer_blocks.2.ff.conv_point").scale()).isEqualTo(2.0 / 4);
      }
      case "rslora" -> assertThat(layer.scale()).isEqualTo(2.0 / Math.sqrt(4));
      case "bias" -> assertThat(layer.bias()).isPresent();
      case "dora" -> assertThat(layer.magnitude()).isPresent();
      default -> {
        assertThat(lora.dtypes()).containsExactly(name.toUpperCase(Locale.ROOT));
        assertThat(layer.scale()).isEqualTo(0.5);
      }
    }
  }

  @Test
  void open_partOfLayerMissing_isRefusedByName() throws IOException {
    HostTensor a = Objects.requireNonNull(tensors.remove(A));
    assertRefused(LAYER + ": expected lora_A and lora_B, found lora_B alone");
    tensors.put(A, a);
    tensors.remove(B);
    assertRefused(LAYER + ": expected lora_A and lora_B, found lora_A alone");
    tensors.remove(A);
    tensors.put(ALPHA, scalar(3));
    assertRefused(LAYER + ": expected lora_A and lora_B, found alpha alone");
  }

  @Test
  void open_alphaNotOneNumber_isRefusedByName() throws IOException {
    tensors.put(ALPHA, new HostTensor(new long[] {0}, new float[0]));
    assertRefused(ALPHA + ": expected one number of F32, F16 or BF16, found F32[0]");
    tensors.put(ALPHA, new HostTensor(new long[] {2}, new float[] {1, 2}));
    assertRefused(ALPHA + ": expected one number of F32, F16 or BF16, found F32[2]");
    tensors.put(ALPHA, new HostTensor(new long[] {1}, new float[] {1}));
    assertThat(open().layers()).containsKey(LAYER);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void open_numberNotFinite_isRefusedByName(float bad) throws IOException {
    tensors.put(ALPHA, scalar(bad));
    assertRefused(ALPHA + ": expected finite numbers, found NaN or infinity at element 0");
    tensors.remove(ALPHA);
    tensor(B).values()[5] = bad;
    assertRefused(B + ": expected finite numbers, found NaN or infinity at element 5");
  }

  @Test
  void open_rankZero_isRefused() throws IOException {
    long in = tensor(A).shape()[1];
    long out = tensor(B).shape()[0];
    tensors.put(A, new HostTensor(new long[] {0, in}, new float[0]));
    tensors.put(B, new HostTensor(new long[] {out, 0}, new float[0]));
    assertRefused(
        "%s: expected (r, %s) and (%s, r) with a rank r from 1, found [0, %s] and [%s, 0]"
            .formatted(LAYER, in, out, in, out));
  }

  @ParameterizedTest
  @CsvSource({
    "transformer_blocks.0.attn1.to_q.lokr_w1, LoKr",
    "lora_unet_transformer_blocks_0_attn1_to_q.hada_w1_a, LoHa",
    "transformer_blocks.0.attn1.to_q.oft_blocks, OFT or BOFT",
    "transformer_blocks.0.ff.conv_depth.lora_mid.weight, LoRA in Tucker form (CP decomposition)",
    "bundle_emb.cat.clip_l, text embeddings (textual inversion)",
    "transformer_blocks.0.attn1.to_q.diff, differences of whole weights",
    "lora_te_layers_0_q.lora_down.weight, an adapter of a text encoder"
  })
  void open_otherKind_isNamedInOneSentence(String name, String kind) throws IOException {
    tensors.put(name, scalar(1));
    assertRefused(
        "expected a LoRA or DoRA adapter of the transformer, found %s, which is not supported"
                .formatted(kind)
            + " (tensor %s)".formatted(name));
  }

  @Test
  void open_depthwiseConvolution_isRefused() throws IOException {
    tensors.put("transformer_blocks.0.ff.conv_depth.lora_A.weight", scalar(1));
    tensors.put("transformer_blocks.0.ff.conv_depth.lora_B.weight", scalar(1));
    assertRefused(
        "transformer_blocks.0.ff.conv_depth: expected a linear layer or a full convolution, found a"
            + " depthwise convolution");
  }

  @Test
  void open_otherNames_areNamedOnce() throws IOException {
    tensors.clear();
    tensors.put("some.weight", scalar(1));
    tensors.put("some.other", scalar(1));
    assertRefused(
        "expected tensors named LAYER.lora_A.weight and .lora_B.weight, .lora_down.weight and"
            + " .lora_up.weight, or .lora.down.weight and .lora.up.weight, found some.weight and 1"
            + " more");
  }

  @Test
  void open_layersOfAnotherNetwork_areNamedOnce() throws IOException {
    tensors.put("transformer.nothing.lora_A.weight", scalar(1));
    tensors.put("transformer.nothing.lora_B.weight", scalar(1));
    assertRefused(
        "expected an adapter of this transformer, of the same size and layout, found tensors of"
            + " layers that it does not have: transformer.nothing.lora_A.weight and 1 more");
  }

  @Test
  void open_layerTwice_isRefused() throws IOException {
    tensors.put("lora_unet_transformer_blocks_0_attn1_to_q.lora_down.weight", tensor(A));
    assertRefused(
        LAYER
            + ": expected one lora_A, found "
            + A
            + " and lora_unet_transformer_blocks_0_attn1_to_q.lora_down.weight");
  }

  @Test
  void open_magnitudeOverInputs_isRefused() throws IOException {
    String name = "transformer." + LAYER + ".dora_scale";
    tensors.put(name, new HostTensor(new long[] {1, 32}, new float[32]));
    assertRefused(name + ": expected 32 numbers, one for each output, found shape [1, 32]");
    tensors.put(name, new HostTensor(new long[] {32, 1}, new float[32]));
    assertThat(open().isDora()).isTrue();
  }

  @Test
  void open_headerAlpha_isTheScale() throws IOException {
    header = "{\"transformer.r\": 4, \"transformer.lora_alpha\": 1}";
    assertThat(layer(open(), LAYER).scale()).isEqualTo(0.25);
    tensors.put(ALPHA, scalar(1));
    assertThat(layer(open(), LAYER).scale()).isEqualTo(0.25);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'transformer.lora_alpha': 2} | A: expected alpha 2.0, as the header says, found 3.0",
        "{'transformer.r': 8} | L: expected rank 8.0, as the header says, found rank 4",
        "{'transformer.use_dora': true} | L: expected use_dora true, as the header says, found no"
            + " magnitude",
        "{'transformer.peft_type': 'LOHA'} | lora_adapter_metadata.peft_type: expected LORA, found"
            + " LOHA",
        "{'transformer.lora_alpha': 'x'} | lora_adapter_metadata.lora_alpha: expected a number from"
            + " 0, found \"x\"",
        "{'transformer.rank_pattern': {'(a+)+': 4}} | lora_adapter_metadata.rank_pattern: expected"
            + " names of layers, found \"(a+)+\""
      })
  void open_headerDisagrees_isRefused(String metadata, String problem) throws IOException {
    tensors.keySet().removeIf(name -> !name.contains(LAYER + "."));
    tensors.put(ALPHA, scalar(3));
    header = metadata.replace('\'', '"');
    assertRefused(problem.replaceFirst("^A:", ALPHA + ":").replaceFirst("^L:", LAYER + ":"));
  }

  @Test
  void requireUnchanged_otherBytes_throws() throws IOException {
    LoraFile lora = open();
    lora.requireUnchanged();
    tensors.put(ALPHA, scalar(3));
    write();
    assertThat(catchThrowableOfType(CheckpointException.class, lora::requireUnchanged))
        .hasMessageContaining(lora.sha256());
  }

  private void assertRefused(String problem) throws IOException {
    write();
    CheckpointException e =
        catchThrowableOfType(CheckpointException.class, () -> LoraFile.open(file, CONFIG));
    assertThat(e.getMessage()).isEqualTo(file + ": " + problem);
  }

  private LoraFile open() throws IOException {
    write();
    return LoraFile.open(file, CONFIG);
  }

  private void write() throws IOException {
    Files.deleteIfExists(file);
    Map<String, String> metadata =
        header.isEmpty() ? Map.of() : Map.of("lora_adapter_metadata", header);
    SafetensorsWriter.write(file, tensors, DType.F32, metadata);
  }

  private static HostTensor scalar(float value) {
    return new HostTensor(new long[0], new float[] {value});
  }

  private HostTensor tensor(String name) {
    return Objects.requireNonNull(tensors.get(name));
  }

  private static LoraLayer layer(LoraFile lora, String name) {
    return Objects.requireNonNull(lora.layers().get(name));
  }
}
