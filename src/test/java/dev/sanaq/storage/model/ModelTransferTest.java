package dev.sanaq.storage.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.files.FileSha256;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.transfer.FaultyTcpProxy;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Transfers checkpoints to and from a real S3 server through a proxy that breaks connections. */
class ModelTransferTest {
  private static final int LARGE_FILE_BYTES = 3_000_000;
  private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(3);

  @RegisterExtension static final TestServices services = new TestServices();

  @SuppressWarnings("NullAway.Init") // set before all
  private static S3Client s3;

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  Path folder;

  @SuppressWarnings("NullAway.Init")
  private Path model;

  @SuppressWarnings("NullAway.Init")
  private FaultyTcpProxy proxy;

  @SuppressWarnings("NullAway.Init")
  private S3Client proxiedS3;

  private final ModelUri modelUri =
      ModelUri.parse(
          "s3://%s/models/m%s"
              .formatted(services.bucket(), new Random().nextInt(Integer.MAX_VALUE)));

  @BeforeAll
  static void startStorage() {
    s3 = client(URI.create(endpoint()));
  }

  @AfterAll
  static void stopStorage() {
    s3.close();
  }

  @BeforeEach
  void publish() throws IOException {
    model = folder.resolve("published");
    Files.createDirectories(model.resolve("transformer"));
    Files.writeString(model.resolve("model_index.json"), "{}");
    Files.writeString(model.resolve("empty.txt"), "");
    Files.write(model.resolve("transformer/weights.safetensors"), randomBytes(1));
    new ModelUploader(s3).push(model, modelUri);
    proxy = new FaultyTcpProxy(URI.create(endpoint()).getPort());
    proxiedS3 = client(URI.create("http://127.0.0.1:" + proxy.port()));
  }

  @AfterEach
  void close() {
    proxiedS3.close();
    proxy.close();
  }

  @Test
  void fetch_publishedModel_isByteIdenticalAndCached() throws IOException {
    Path fetched = folder.resolve("fetched");
    fetch(fetched);
    Map<String, String> published = contents(model);
    assertThat(contents(fetched)).containsAllEntriesOf(published).hasSize(published.size() + 1);
    long before = proxy.requestCount();
    fetch(fetched);
    assertThat(proxy.requestCount() - before)
        .as("requests of a complete checkpoint: only the manifest")
        .isOne();
  }

  @Test
  void fetch_connectionLost_resumesAtOffset() throws IOException {
    proxy.disconnectAfter(LARGE_FILE_BYTES / 3, LARGE_FILE_BYTES / 3, LARGE_FILE_BYTES / 3);
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
    assertThat(proxy.ranges()).as("requested ranges").hasSizeGreaterThanOrEqualTo(2);
    assertThat(proxy.bytes()).as("bytes in all").isLessThan((long) (1.5 * LARGE_FILE_BYTES));
  }

  @Test
  void fetch_afterFailedFetch_resumesPartialFiles() throws IOException {
    proxy.disconnectAfter(LARGE_FILE_BYTES / 2);
    proxy.refuseAfterDisconnects();
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(ModelTransferException.class)
        .hasMessageContaining("the next pull resumes");
    assertThat(folder.resolve("fetched")).doesNotExist();
    proxy.allowConnections();
    long before = proxy.bytes();
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
    assertThat(proxy.bytes() - before)
        .as("bytes of the second")
        .isLessThan((long) (0.75 * LARGE_FILE_BYTES));
  }

  @Test
  void fetch_rangeIgnored_restartsAndCompletes() throws IOException {
    proxy.ignoreRanges(presignedUrl());
    proxy.disconnectAfter(LARGE_FILE_BYTES / 2, LARGE_FILE_BYTES / 2);
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
    assertThat(proxy.ranges()).as("requested ranges").isNotEmpty();
  }

  @Test
  void fetch_rangeIgnoredAndAlwaysLost_failsAfterMaxRestarts() {
    proxy.ignoreRanges(presignedUrl());
    proxy.disconnectAfter(Collections.nCopies(100, LARGE_FILE_BYTES / 2).toArray(Integer[]::new));
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(ModelTransferException.class)
        .hasMessageContaining(modelUri + "/transformer/weights.safetensors")
        .hasMessageContaining("of %s bytes", LARGE_FILE_BYTES)
        .hasMessageContaining("ignores Range requests");
    assertThat(proxy.ranges()).as("tries").hasSizeLessThan(10);
    assertThat(folder.resolve("fetched")).doesNotExist();
  }

  @Test
  void fetch_bitFlip_isDetectedAndRefetched() throws IOException {
    proxy.corruptNext(1);
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
    assertThat(proxy.corrupted()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {LARGE_FILE_BYTES, LARGE_FILE_BYTES / 2, LARGE_FILE_BYTES * 2, 0})
  void fetch_objectNotMatchingManifest_failsAndLeavesNoFolder(int length) {
    put("transformer/weights.safetensors", randomBytes(2, length));
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(ModelTransferException.class)
        .hasMessageContaining("transformer/weights.safetensors")
        .hasMessageContaining("push the checkpoint again");
    assertThat(folder.resolve("fetched")).doesNotExist();
  }

  @Test
  void fetch_objectChangesMidway_isNeverMixed() throws IOException {
    proxy.disconnectAfter(LARGE_FILE_BYTES / 2);
    proxy.onDisconnect(() -> put("transformer/weights.safetensors", randomBytes(3)));
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(ModelTransferException.class)
        .hasMessageContaining("changed or damaged");
    assertThat(folder.resolve("fetched")).doesNotExist();
    put("transformer/weights.safetensors", randomBytes(1));
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
  }

  @Test
  void fetch_otherCheckpoint_replacesFolderAtomically() throws IOException {
    Path fetched = folder.resolve("fetched");
    fetch(fetched);
    Files.write(model.resolve("transformer/weights.safetensors"), randomBytes(4));
    ModelUri second = ModelUri.parse(modelUri + "-second");
    new ModelUploader(s3).push(model, second);
    proxy.disconnectAfter(LARGE_FILE_BYTES / 2);
    proxy.refuseAfterDisconnects();
    assertThatThrownBy(() -> new ModelDownloader(proxiedS3, RETRY_TIMEOUT).pull(second, fetched))
        .isInstanceOf(ModelTransferException.class);
    assertThat(Files.readAllBytes(fetched.resolve("transformer/weights.safetensors")))
        .as("the old checkpoint is complete until the new one is")
        .isEqualTo(randomBytes(1));
    proxy.allowConnections();
    new ModelDownloader(proxiedS3, RETRY_TIMEOUT).pull(second, fetched);
    assertThat(contents(fetched)).containsAllEntriesOf(contents(model));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("published", "fetched", "fetched.lock");
    }
  }

  @Test
  void fetch_folderWithForeignFiles_isNeverReplaced() throws IOException {
    Path own = Files.createDirectories(folder.resolve("own"));
    Files.writeString(own.resolve("model_index.json"), "mine");
    assertThatThrownBy(() -> fetch(own)).hasMessageContaining("were not pulled");
    assertThat(own.resolve("model_index.json")).hasContent("mine");
    Path empty = Files.createDirectories(folder.resolve("empty"));
    fetch(empty);
    assertThat(contents(empty)).containsAllEntriesOf(contents(model));
  }

  @Test
  void push_otherCheckpointToSameUri_isRejected() throws IOException {
    new ModelUploader(s3).push(model, modelUri);
    Files.writeString(model.resolve("model_index.json"), "{\"a\":1}");
    assertThatThrownBy(() -> new ModelUploader(s3).push(model, modelUri))
        .hasMessageContaining("holds another checkpoint");
  }

  @Test
  void push_lostAnswers_succeeds() throws IOException {
    ModelUri second = ModelUri.parse(modelUri + "-repeated");
    new ModelUploader(repeatingWrites()).push(model, second);
    new ModelDownloader(s3, RETRY_TIMEOUT).pull(second, folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
  }

  @Tag("slow") // transfers 70 MB: a multipart upload needs more than one part
  @Test
  void push_multipartFile_isFetchedIntact() throws IOException {
    byte[] bytes = randomBytes(5, 70_000_000);
    Files.write(model.resolve("transformer/weights.safetensors"), bytes);
    ModelUri second = ModelUri.parse(modelUri + "-large");
    new ModelUploader(s3).push(model, second);
    new ModelDownloader(s3, RETRY_TIMEOUT).pull(second, folder.resolve("fetched"));
    assertThat(folder.resolve("fetched/transformer/weights.safetensors"))
        .hasSameBinaryContentAs(model.resolve("transformer/weights.safetensors"));
  }

  @Test
  void fetch_missingManifest_namesModelPush() {
    assertThatThrownBy(
            () ->
                new ModelDownloader(s3, RETRY_TIMEOUT)
                    .pull(
                        ModelUri.parse("s3://%s/nothing".formatted(services.bucket())),
                        folder.resolve("fetched")))
        .hasMessageContaining("model push");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"version\":\"sanaq.checkpoint.v1\",\"files\":[{\"path\":\"../x\",\"bytes\":1,\"sha256\":\"SUM\"}]}",
        "{\"version\":\"sanaq.checkpoint.v1\",\"files\":[{\"path\":\"/x\",\"bytes\":1,\"sha256\":\"SUM\"}]}",
        "{\"version\":\"sanaq.checkpoint.v1\",\"files\":[{\"path\":\"a/../x\",\"bytes\":1,\"sha256\":\"SUM\"}]}",
        "{\"version\":\"sanaq.checkpoint.v1\",\"files\":[{\"path\":\"x\",\"bytes\":-1,\"sha256\":\"SUM\"}]}",
        "{\"version\":\"sanaq.checkpoint.v1\",\"files\":[{\"path\":\"x\",\"bytes\":1,\"sha256\":\"no\"}]}",
        "{\"version\":\"sanaq.checkpoint.v1\",\"files\":[]}",
        "{\"version\":\"other\",\"files\":[]}",
        "[]",
        "{"
      })
  void fetch_invalidOrPathTraversingManifest_isRejected(String text) {
    put(
        Manifest.FILE_NAME,
        text.replace("SUM", "0".repeat(64)).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(ModelTransferException.class)
        .hasMessageContaining("is not a valid manifest");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "s3://", "s3://bucket", "s3://bucket/", "bucket/prefix", "https://b/p"})
  void parse_invalidModelUri_isRejected(String text) {
    assertThatThrownBy(() -> ModelUri.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("s3://BUCKET/PREFIX");
  }

  /** Sends every write twice, as the client does where a connection ends without an answer. */
  private static S3Client repeatingWrites() {
    return (S3Client)
        Proxy.newProxyInstance(
            S3Client.class.getClassLoader(),
            new Class<?>[] {S3Client.class},
            (proxy, method, arguments) -> {
              try {
                if (method.getName().equals("putObject")) {
                  method.invoke(s3, arguments);
                }
                return method.invoke(s3, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void fetch(Path into) {
    new ModelDownloader(proxiedS3, RETRY_TIMEOUT).pull(modelUri, into);
  }

  private URI presignedUrl() {
    try (S3Presigner presigner = KafkaS3Client.presigner(services.config())) {
      return URI.create(
          presigner
              .presignGetObject(
                  sign ->
                      sign.signatureDuration(Duration.ofMinutes(10))
                          .getObjectRequest(
                              get ->
                                  get.bucket(modelUri.bucket())
                                      .key(modelUri.key("transformer/weights.safetensors"))))
              .url()
              .toString());
    }
  }

  private void put(String path, byte[] bytes) {
    s3.putObject(
        put -> put.bucket(modelUri.bucket()).key(modelUri.key(path)), RequestBody.fromBytes(bytes));
  }

  private static byte[] randomBytes(long seed) {
    return randomBytes(seed, LARGE_FILE_BYTES);
  }

  private static byte[] randomBytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static Map<String, String> contents(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .collect(
              Collectors.toMap(
                  file -> folder.relativize(file).toString(),
                  ModelTransferTest::sha256,
                  (a, b) -> a,
                  TreeMap::new));
    }
  }

  private static String sha256(Path file) {
    try {
      return FileSha256.hex(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String endpoint() {
    return services.config().getOrDefault("sanaq.storage.endpoint", "");
  }

  private static S3Client client(URI endpoint) {
    Map<String, String> config = new TreeMap<>(services.config());
    config.put("sanaq.storage.endpoint", endpoint.toString());
    return S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, config));
  }
}
