package dev.sanaq.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sanaq.checkpoint.CheckpointFixtures;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.files.FileSha256;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import software.amazon.awssdk.services.s3.S3Client;

/** Lists the adapters of a small model and pushes files to a real S3 server. */
class AdaptersCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final TestServices services = new TestServices();

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  Path temp;

  private final String uri =
      "s3://%s/team/%s/style.safetensors".formatted(services.bucket(), UUID.randomUUID());

  private record Result(int code, String out, String err) {}

  @Test
  void list_namesEveryFile_andWhyOneCannotBeUsed() throws IOException {
    Path model = model();
    Path dora = Fixtures.path("lora/dora.safetensors");
    Path adapters = Files.createDirectory(model.resolve("adapters"));
    Files.copy(dora, adapters.resolve("style.safetensors"));

    Result usable = run("list", "--model", model.toString());
    assertThat(usable.code()).isZero();
    assertThat(usable.out().lines()).hasSize(2);
    assertThat(usable.out()).containsPattern("style +\\d+ +[\\d,]+ +" + FileSha256.hex(dora));

    Files.writeString(adapters.resolve("bad.safetensors"), "not an adapter");
    Result mixed = run("list", "--model", model.toString(), "--json");
    assertThat(mixed.code()).isEqualTo(1);
    List<String> lines = mixed.out().lines().toList();
    JsonNode style = JSON.readTree(lines.get(0));
    assertThat(style.get("name").asText()).isEqualTo("style");
    assertThat(style.get("bytes").asLong()).isEqualTo(Files.size(dora));
    assertThat(style.get("rank").asInt()).isPositive();
    assertThat(style.get("problem").asText()).isEmpty();
    JsonNode bad = JSON.readTree(lines.get(1));
    assertThat(bad.get("name").asText()).isEqualTo("bad");
    assertThat(bad.get("problem").asText()).contains("bad.safetensors: expected");
  }

  @Test
  void push_uploadsOnce_andPrintsTheRequestsItem() throws IOException {
    String file = Fixtures.path("lora/dora.safetensors").toString();
    Result first = run("push", file, uri, "--model", model().toString());
    assertThat(first.err()).isEmpty();
    assertThat(first.code()).isZero();
    JsonNode item = JSON.readTree(first.out());
    assertThat(item.get("uri").asText()).isEqualTo(uri);
    assertThat(item.get("sha256").asText()).isEqualTo(FileSha256.hex(Path.of(file)));
    assertThat(stored()).isEqualTo(Files.readAllBytes(Path.of(file)));

    assertThat(run("push", file, uri)).isEqualTo(first);
    Result other = run("push", Fixtures.path("lora/bf16.safetensors").toString(), uri);
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains(uri + " holds another file");
    assertThat(stored()).isEqualTo(Files.readAllBytes(Path.of(file)));
  }

  @Test
  void push_fileThatCannotBeUsed_uploadsNothing() throws IOException {
    Path text = Files.writeString(temp.resolve("text.safetensors"), "not an adapter");
    Result broken = run("push", text.toString(), uri);
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err()).contains("text.safetensors: expected");

    Result other =
        run(
            "push",
            Fixtures.path("lora/sprint.safetensors").toString(),
            uri,
            "--model",
            model().toString());
    assertThat(other.code()).isEqualTo(1);

    Result missing = run("push", temp.resolve("none.safetensors").toString(), uri);
    assertThat(missing.code()).isEqualTo(1);
    try (S3Client s3 = client()) {
      assertThat(
              s3.listObjectsV2(list -> list.bucket(services.bucket()).prefix("team/")).contents())
          .extracting(object -> object.key())
          .noneMatch(key -> uri.endsWith(key));
    }
  }

  @Test
  void push_uriThatNoRequestCanName_isAnInvalidCommandLine() {
    String file = Fixtures.path("lora/dora.safetensors").toString();
    for (String wrong : List.of("s3://b/style", "s3://b/../a.safetensors", "style.safetensors")) {
      Result result = run("push", file, wrong);
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).contains("s3://BUCKET/PREFIX/NAME.safetensors");
    }
  }

  @Test
  void fuse_writesACheckpointWithoutAdapters_once() throws IOException {
    Path model = model();
    Files.copy(
        Fixtures.path("lora/dora.safetensors"),
        Files.createDirectory(model.resolve("adapters")).resolve("style.safetensors"));
    Path to = temp.resolve("fused");
    String[] command = {
      "fuse", "--model", model.toString(), "--lora", "style=0.5", "--to", to.toString()
    };
    Result first = run(command);
    assertThat(first.err()).isEmpty();
    assertThat(first.code()).isZero();
    assertThat(to.resolve("adapters")).doesNotExist();
    Checkpoint fused = Checkpoint.open(to);
    assertThat(FileSha256.hex(fused.transformerTensors().all().iterator().next().file()))
        .isNotEqualTo(
            FileSha256.hex(
                Checkpoint.open(model).transformerTensors().all().iterator().next().file()));

    Result again = run(command);
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains(to + " exists");
    Result unknown = run("fuse", "--model", model.toString(), "--lora", "none", "--to", to + "2");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("unknown adapter none");
    assertThat(
            run("fuse", "--model", model.toString(), "--lora", "style=x", "--to", to + "3").code())
        .isEqualTo(2);
  }

  private Path model() {
    Path model = temp.resolve("m");
    return Files.exists(model) ? model : CheckpointFixtures.copy("tiny-sana", model);
  }

  private byte[] stored() {
    try (S3Client s3 = client()) {
      String key = uri.substring("s3://".length() + services.bucket().length() + 1);
      return s3.getObjectAsBytes(get -> get.bucket(services.bucket()).key(key)).asByteArray();
    }
  }

  private static S3Client client() {
    return S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, services.config()));
  }

  private static Result run(String... args) {
    AdaptersCommand command = new AdaptersCommand();
    command.storage = TestSettings.mapping(StorageConfig.class, services.config());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new CommandLine(command)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(args);
    return new Result(code, out.toString(), err.toString());
  }
}
