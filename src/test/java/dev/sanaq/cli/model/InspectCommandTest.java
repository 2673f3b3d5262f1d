package dev.sanaq.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sanaq.checkpoint.RandomCheckpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class InspectCommandTest {
  private record Result(int code, String out, String err) {}

  @Test
  void table_describesCheckpoint() {
    Result result = inspect("--model", fixture("tiny-sana-1.5"));

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("pipeline    SanaPipeline")
        .contains("image       1024 x 1024 by default, exact sizes in multiples of 32")
        .contains("solver      flow-dpm (order 2, flow shift 3.0)")
        .containsPattern(
            "transformer +SanaTransformer2DModel +\\d[\\d,]+ +f32 .*none \\(also bf16\\)")
        .containsPattern("vae +AutoencoderDC .* 5 +none \\(also bf16\\) +f32c8, decoder")
        .containsPattern("text_encoder +Gemma2Model .*vocabulary 640")
        .containsPattern("total +\\d");
  }

  @Test
  void json_isSingleObject() throws IOException {
    Result result = inspect("--model", fixture("tiny-sana-1.5"), "--variant", "bf16", "--json");

    JsonNode json = new ObjectMapper().readTree(result.out());
    JsonNode vae = json.path("components").get(1);
    assertThat(result.out().strip()).doesNotContain("\n");
    assertThat(json.path("solver").asText()).isEqualTo("flow-dpm");
    assertThat(vae.path("class").asText()).isEqualTo("AutoencoderDC");
    assertThat(vae.path("variant").asText()).isEqualTo("bf16");
    assertThat(vae.path("precisions")).extracting(JsonNode::asText).containsExactly("bf16");
    assertThat(vae.path("bytes").asLong()).isEqualTo(2 * vae.path("parameters").asLong());
    assertThat(vae.path("files").asInt()).isEqualTo(3);
  }

  @Test
  void lora_describesFile() throws IOException {
    String file = fixture("lora/everything.safetensors");
    Result text = inspect("--model", fixture("tiny-sana"), "--lora", file);
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .contains("(LoRA)")
        .contains("naming      PEFT (lora_A, lora_B)")
        .contains("precision   f32")
        .containsPattern("sha256      [0-9a-f]{64}")
        .containsPattern("transformer_blocks.1.attn1.to_q +3 +9.0 +3.0000")
        .containsPattern("transformer_blocks.0.ff.conv_point +4 +2.0 +0.5000");

    Result dora =
        inspect(
            "--model",
            fixture("tiny-sana"),
            "--adapter",
            fixture("lora/dora.safetensors"),
            "--json");
    JsonNode json = new ObjectMapper().readTree(dora.out());
    assertThat(json.path("kind").asText()).isEqualTo("DoRA");
    assertThat(json.path("layers")).hasSize(3 * 10);
    assertThat(json.path("layers").get(0).path("magnitude").asBoolean()).isTrue();
  }

  @Test
  void lora_ofAnotherModel_isRefused() {
    Result result =
        inspect("--model", fixture("other-sizes"), "--lora", fixture("lora/bf16.safetensors"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains("bf16.safetensors: problems: 1")
        .contains("layers that it does not have");
  }

  @Test
  void problems_arePrintedToStderr(@TempDir Path temp) throws IOException {
    Path folder = temp.resolve("broken");
    RandomCheckpoint.write(folder, 1);
    Files.delete(folder.resolve("vae/config.json"));
    Files.delete(folder.resolve("tokenizer/tokenizer.json"));

    Result result = inspect("--model", folder.toString());

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines())
        .containsExactly(
            "error: %s: problems: 2".formatted(folder),
            "  %s/vae/config.json: expected a file, found none".formatted(folder),
            "  %s/tokenizer/tokenizer.json: expected a file, found none".formatted(folder));
  }

  @Test
  void missingFolder_isUsageError(@TempDir Path temp) {
    Result result = inspect("--model", temp.resolve("nowhere").toString());

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("nowhere: no such folder");
    assertThat(inspect().code()).isEqualTo(2);
  }

  private static Result inspect(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new CommandLine(new InspectCommand())
            .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Result(code, out.toString(), err.toString());
  }

  private static String fixture(String name) {
    URL url =
        Objects.requireNonNull(
            InspectCommandTest.class.getResource(
                "/fixtures/" + (name.startsWith("lora/") ? name : name + "/checkpoint")));
    try {
      return Path.of(url.toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
