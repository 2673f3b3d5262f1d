package dev.sanaq.worker.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.adapter.AdapterCache;
import dev.sanaq.storage.adapter.AdapterConfig;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageProbe;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.transfer.FaultyTcpProxy;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.worker.ModelAdapter;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** What a job's fetch means for the job, with a real S3 behind a proxy that can refuse. */
class AdapterPreparerTest {
  private static final byte[] BYTES = "any bytes".getBytes(StandardCharsets.UTF_8);
  private static final Duration TIMEOUT = Duration.ofMillis(500);

  @RegisterExtension static final TestServices services = new TestServices();

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  Path folder;

  @SuppressWarnings("NullAway.Init") // set before each
  private FaultyTcpProxy proxy;

  @SuppressWarnings("NullAway.Init")
  private S3Client s3;

  @SuppressWarnings("NullAway.Init")
  private S3Client proxiedS3;

  private final Queue<Runnable> downloads = new ArrayDeque<>();

  @BeforeEach
  void start() throws IOException {
    String endpoint = services.config().getOrDefault("sanaq.storage.endpoint", "");
    proxy = new FaultyTcpProxy(URI.create(endpoint).getPort());
    s3 = client(endpoint);
    proxiedS3 = client("http://127.0.0.1:" + proxy.port());
    s3.putObject(
        put -> put.bucket(services.bucket()).key("team/style.safetensors"),
        RequestBody.fromBytes(BYTES));
  }

  @AfterEach
  void close() {
    proxiedS3.close();
    s3.close();
    proxy.close();
  }

  @Test
  void fetch_endsWithTheDownload_andIsDoneAtOnceTheNextTime() {
    try (AdapterCache cache = cache()) {
      AdapterPreparer adapters = preparer(cache, s3);
      CompletableFuture<Void> first = adapters.fetch(job(), () -> false);
      assertThat(first).isNotDone();
      downloads.remove().run();
      assertThat(first).isCompleted();
      assertThat(adapters.fetch(job(), () -> false)).isCompleted();
      assertThat(downloads).isEmpty();
      try (JobAdapters acquired = adapters.acquire(job(), () -> false)) {
        assertThat(acquired.weights().get(0).source().orElseThrow().file()).hasBinaryContent(BYTES);
      }
    }
  }

  @Test
  void bucketThatCannotBeRead_failsTheJob_anOutageDoesNot() {
    proxy.refuseAfterDisconnects();
    try (AdapterCache cache = cache()) {
      assertThatThrownBy(() -> preparer(cache, s3).acquire(job(), () -> false))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("team/style.safetensors");
      assertThatThrownBy(() -> preparer(cache, proxiedS3).acquire(job(), () -> false))
          .isInstanceOf(StorageOutageException.class);
    }
  }

  private AdapterPreparer preparer(AdapterCache cache, S3Client probed) {
    StorageProbe probe = new StorageProbe(probed, new OutputLocation(services.bucket(), ""));
    return new AdapterPreparer(
        cache,
        new GradientImageGenerator(),
        new StorageRetry(probe, TIMEOUT, () -> {}),
        downloads::add);
  }

  private AdapterCache cache() {
    return new AdapterCache(
        proxiedS3,
        TestSettings.mapping(
            AdapterConfig.class, Map.of("sanaq.adapters.folder", folder.toString())),
        TIMEOUT,
        event -> {});
  }

  private static Job job() {
    OutputLocation home = new OutputLocation(services.bucket(), "");
    Map<String, Object> adapter =
        Map.of(
            "uri",
            "s3://%s/team/style.safetensors".formatted(services.bucket()),
            "sha256",
            Sha256.hex(BYTES));
    ValidationResult valid =
        new RequestValidator(
                ModelAdapter.defaults(GradientImageGenerator.MODEL, false),
                new RequestLimits(
                    100,
                    4096,
                    50,
                    20,
                    8,
                    16,
                    200,
                    false,
                    false,
                    home,
                    List.of(home),
                    List.of(home)))
            .validate(
                new GenerationRequest(Map.of("prompt", "p", "adapters", List.of(adapter))), "id");
    return ((ValidationResult.Valid) valid).job();
  }

  private static S3Client client(String endpoint) {
    Map<String, String> config = new TreeMap<>(services.config());
    config.put("sanaq.storage.endpoint", endpoint);
    return S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, config));
  }
}
