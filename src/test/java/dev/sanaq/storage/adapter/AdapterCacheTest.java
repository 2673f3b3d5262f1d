package dev.sanaq.storage.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.files.FileSha256;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.transfer.FaultyTcpProxy;
import dev.sanaq.storage.transfer.ObjectUri;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Fetches files from a real S3 server through a proxy that breaks connections. */
class AdapterCacheTest {
  private static final int FILE_BYTES = 1_000_000;
  private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration PROCESS_TIMEOUT = Duration.ofSeconds(60);

  @RegisterExtension static final TestServices services = new TestServices();

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  Path folder;

  @SuppressWarnings("NullAway.Init")
  private FaultyTcpProxy proxy;

  @SuppressWarnings("NullAway.Init")
  private S3Client s3;

  @SuppressWarnings("NullAway.Init")
  private S3Client proxiedS3;

  private final List<AdapterCacheEvent> events = new CopyOnWriteArrayList<>();
  private final String prefix = "adapters/" + new Random().nextInt(Integer.MAX_VALUE) + "/";

  private record Stored(ObjectUri uri, String sha256, byte[] bytes) {}

  @BeforeEach
  void start() throws IOException {
    String endpoint = services.config().getOrDefault("sanaq.storage.endpoint", "");
    proxy = new FaultyTcpProxy(URI.create(endpoint).getPort());
    s3 = client(endpoint);
    proxiedS3 = client("http://127.0.0.1:" + proxy.port());
  }

  @AfterEach
  void close() {
    proxiedS3.close();
    s3.close();
    proxy.close();
  }

  @Test
  void eightConcurrentCalls_fetchOnce() throws Exception {
    Stored style = store("style", 1);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (AdapterCache cache = cache(Map.of())) {
      List<CompletableFuture<AdapterLease>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(CompletableFuture.supplyAsync(() -> acquire(cache, style), threads));
      }
      for (CompletableFuture<AdapterLease> call : calls) {
        try (AdapterLease lease = call.get(20, TimeUnit.SECONDS)) {
          assertThat(lease.file()).hasBinaryContent(style.bytes());
        }
      }
      assertThat(proxy.requestCount()).as("GET requests").isOne();
      assertThat(events.stream().filter(AdapterCacheEvent.FETCHED::equals)).hasSize(1);
      acquire(cache, style).close();
      assertThat(proxy.requestCount()).isOne();
      assertThat(events).contains(AdapterCacheEvent.CACHED);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void connectionLost_resumesAtOffset() throws IOException {
    Stored style = store("style", 1);
    proxy.disconnectAfter(FILE_BYTES / 3, FILE_BYTES / 3);
    try (AdapterCache cache = cache(Map.of());
        AdapterLease lease = acquire(cache, style)) {
      assertThat(lease.file()).hasBinaryContent(style.bytes());
    }
    assertThat(proxy.ranges()).as("requested ranges").isNotEmpty();
    assertThat(proxy.bytes()).as("bytes in all").isLessThan((long) (1.5 * FILE_BYTES));
    assertThat(names()).containsExactlyInAnyOrder(style.sha256() + ".safetensors", "adapters.lock");
  }

  @Test
  void unavailableStorage_isAStorageFailure_andTheNextProcessResumes() throws IOException {
    Stored style = store("style", 1);
    proxy.disconnectAfter(FILE_BYTES / 2);
    proxy.refuseAfterDisconnects();
    try (AdapterCache cache = cache(Map.of())) {
      assertThatThrownBy(() -> acquire(cache, style))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(style.uri().toString());
    }
    assertThat(events).containsExactly(AdapterCacheEvent.FAILED);
    proxy.allowConnections();
    long before = proxy.bytes();
    try (AdapterCache next = cache(Map.of());
        AdapterLease lease = acquire(next, style)) {
      assertThat(lease.file()).hasBinaryContent(style.bytes());
    }
    assertThat(proxy.bytes() - before).isLessThan((long) (0.75 * FILE_BYTES));
  }

  @Test
  void changedObject_duringADownload_isNeverMixed() throws IOException {
    Stored style = store("style", 1);
    Stored other = new Stored(style.uri(), style.sha256(), bytes(2));
    proxy.disconnectAfter(FILE_BYTES / 2);
    proxy.onDisconnect(() -> put(other));
    try (AdapterCache cache = cache(Map.of())) {
      assertThatThrownBy(() -> acquire(cache, style)).isInstanceOf(AdapterRejectedException.class);
    }
    assertThat(names()).containsExactly("adapters.lock");
  }

  @Test
  void otherHash_isRejectedWithBoth_andLeavesNothing() throws IOException {
    Stored style = store("style", 1);
    Stored wrong = new Stored(style.uri(), "0".repeat(64), style.bytes());
    try (AdapterCache cache = cache(Map.of())) {
      assertThatThrownBy(() -> acquire(cache, wrong))
          .isInstanceOf(AdapterRejectedException.class)
          .hasMessageContaining("expected 1000000 bytes with sha256 " + "0".repeat(64))
          .hasMessageContaining("found 1000000 bytes with sha256 " + style.sha256());
      acquire(cache, style).close();
    }
    assertThat(names()).containsExactlyInAnyOrder(style.sha256() + ".safetensors", "adapters.lock");
    assertThat(events).containsExactly(AdapterCacheEvent.REJECTED, AdapterCacheEvent.FETCHED);
  }

  @Test
  void missingOrTooLargeObject_isRejectedWithoutADownload() {
    Stored style = store("style", 1);
    Stored missing =
        new Stored(new ObjectUri(services.bucket(), prefix + "no"), style.sha256(), style.bytes());
    try (AdapterCache cache = cache(Map.of("sanaq.adapters.max-file-bytes", "999999"))) {
      assertThatThrownBy(() -> acquire(cache, style))
          .isInstanceOf(AdapterRejectedException.class)
          .hasMessage("it has 1000000 bytes; sanaq.adapters.max-file-bytes allows 999999");
      assertThatThrownBy(() -> acquire(cache, missing))
          .isInstanceOf(AdapterRejectedException.class)
          .hasMessage("there is no such object");
    }
    assertThat(proxy.requestCount()).isZero();
  }

  @Test
  void fullFolder_evictsTheLeastRecentlyUsed_exceptInUse() throws IOException {
    List<Stored> files = List.of(store("a", 1), store("b", 2), store("c", 3), store("d", 4));
    try (AdapterCache cache = cache(bound(3 * FILE_BYTES))) {
      acquire(cache, files.get(0)).close();
      acquire(cache, files.get(1)).close();
      acquire(cache, files.get(2)).close();
      acquire(cache, files.get(0)).close(); // used again: the oldest is now b
      acquire(cache, files.get(3)).close();
      assertThat(present(files)).containsExactly(true, false, true, true);
      assertThat(events).containsOnlyOnce(AdapterCacheEvent.EVICTED);

      try (AdapterLease used = acquire(cache, files.get(2))) {
        acquire(cache, files.get(0)).close();
        acquire(cache, files.get(3)).close(); // c is the oldest, and in use
        acquire(cache, files.get(1)).close();
        assertThat(present(files)).containsExactly(false, true, true, true);
        assertThat(used.file()).hasBinaryContent(files.get(2).bytes());
      }
    }
  }

  @Test
  void interruptedDownload_countsAndIsEvicted() throws IOException {
    Stored lost = store("lost", 1);
    proxy.disconnectAfter(FILE_BYTES / 2);
    proxy.refuseAfterDisconnects();
    try (AdapterCache cache = cache(bound(FILE_BYTES))) {
      assertThatThrownBy(() -> acquire(cache, lost)).isInstanceOf(StorageException.class);
      assertThat(names()).contains(lost.sha256() + ".safetensors.part");
      proxy.allowConnections();
      Stored next = store("next", 2);
      acquire(cache, next).close();
      assertThat(names())
          .containsExactlyInAnyOrder(next.sha256() + ".safetensors", "adapters.lock");
    }
  }

  @Test
  void nextProcess_usesTheFolderWithoutTheStorage() {
    Stored style = store("style", 1);
    try (AdapterCache cache = cache(Map.of())) {
      acquire(cache, style).close();
    }
    proxy.refuseAfterDisconnects();
    proxiedS3.close();
    proxiedS3 = client("http://127.0.0.1:" + proxy.port());
    try (AdapterCache next = cache(Map.of());
        AdapterLease lease = acquire(next, style)) {
      assertThat(lease.file()).hasBinaryContent(style.bytes());
    }
    assertThat(events).containsExactly(AdapterCacheEvent.FETCHED, AdapterCacheEvent.CACHED);
  }

  @Test
  void damagedFile_isFetchedAgain() throws IOException {
    Stored style = store("style", 1);
    try (AdapterCache cache = cache(Map.of())) {
      acquire(cache, style).close();
    }
    Files.write(folder.resolve(style.sha256() + ".safetensors"), new byte[FILE_BYTES]);
    try (AdapterCache next = cache(Map.of());
        AdapterLease lease = acquire(next, style)) {
      assertThat(lease.file()).hasBinaryContent(style.bytes());
    }
  }

  @Tag("slow") // starts processes
  @Test
  void severalProcesses_fetchOnce_andKeepTheFilesOfEachOther() throws IOException {
    Stored style = store("style", 1);
    try (TestProcesses processes = new TestProcesses("AdapterCacheTest")) {
      List<ManagedProcess> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(startProcess(processes, style));
      }
      for (ManagedProcess process : all) {
        process.awaitOutput("acquired " + folder.resolve(style.sha256()), PROCESS_TIMEOUT);
      }
      assertThat(proxy.requestCount()).as("GET requests").isOne();

      try (AdapterCache cache = cache(bound(FILE_BYTES))) {
        Stored second = store("second", 2);
        acquire(cache, second).close();
        assertThat(present(List.of(style, second))).containsExactly(true, true);
        all.forEach(ManagedProcess::kill);
        Stored third = store("third", 3);
        acquire(cache, third).close();
        assertThat(present(List.of(style, second, third))).containsExactly(false, false, true);
      }
    }
  }

  private ManagedProcess startProcess(TestProcesses processes, Stored file) {
    Map<String, String> config = new TreeMap<>(services.config());
    config.put("sanaq.storage.endpoint", "http://127.0.0.1:" + proxy.port());
    config.put("sanaq.adapters.folder", folder.toString());
    config.put("uri", file.uri().toString());
    config.put("sha256", file.sha256());
    config.put("hold", "true");
    return processes.startTestMain(
        "adapters", TestProcesses.SHORT_LIVED, config, AdapterProcess.class);
  }

  @Test
  void unwantedFile_endsTheWait() {
    Stored style = store("style", 1);
    AtomicBoolean aborted = new AtomicBoolean();
    proxy.disconnectAfter(FILE_BYTES / 2);
    proxy.refuseAfterDisconnects();
    proxy.onDisconnect(() -> aborted.set(true));
    try (AdapterCache cache = cache(Map.of())) {
      assertThatThrownBy(() -> cache.acquire(style.uri(), style.sha256(), aborted::get))
          .isInstanceOf(RetryAbortedException.class);
    }
  }

  @Test
  void folderThatCannotBeWritten_isAFailureThatNamesTheSetting() throws IOException {
    Stored style = store("style", 1);
    Path file = Files.writeString(folder.resolve("file"), "");
    try (AdapterCache cache = cache(Map.of("sanaq.adapters.folder", file.toString()))) {
      assertThatThrownBy(() -> acquire(cache, style))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("sanaq.adapters.folder");
    }
  }

  @Test
  void allowedPrefixes_areWholeFolders() {
    AdapterConfig config =
        config(Map.of("sanaq.adapters.allowed-prefixes", "s3://a/team,s3://b,s3://c/x/y/"));
    assertThat(config.allowed().stream().map(Object::toString))
        .containsExactly("a/team/", "b/", "c/x/y/");
  }

  private List<Boolean> present(List<Stored> files) {
    return files.stream()
        .map(file -> Files.exists(folder.resolve(file.sha256() + ".safetensors")))
        .toList();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static Map<String, String> bound(long bytes) {
    return Map.of(
        "sanaq.adapters.max-folder-bytes",
        Long.toString(bytes),
        "sanaq.adapters.max-file-bytes",
        Integer.toString(FILE_BYTES));
  }

  private static AdapterLease acquire(AdapterCache cache, Stored file) {
    return cache.acquire(file.uri(), file.sha256(), () -> false);
  }

  private AdapterCache cache(Map<String, String> settings) {
    return new AdapterCache(proxiedS3, config(settings), RETRY_TIMEOUT, events::add);
  }

  private AdapterConfig config(Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>();
    all.put("sanaq.adapters.folder", folder.toString());
    all.putAll(settings);
    return TestSettings.mapping(AdapterConfig.class, all);
  }

  private Stored store(String name, long seed) {
    byte[] bytes = bytes(seed);
    try {
      Path file = Files.write(Files.createTempFile("adapter", ""), bytes);
      Stored stored =
          new Stored(
              new ObjectUri(services.bucket(), prefix + name + ".safetensors"),
              FileSha256.hex(file),
              bytes);
      Files.delete(file);
      put(stored);
      return stored;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void put(Stored file) {
    s3.putObject(
        put -> put.bucket(file.uri().bucket()).key(file.uri().key()),
        RequestBody.fromBytes(file.bytes()));
  }

  private static byte[] bytes(long seed) {
    byte[] bytes = new byte[FILE_BYTES];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static S3Client client(String endpoint) {
    Map<String, String> config = new TreeMap<>(services.config());
    config.put("sanaq.storage.endpoint", endpoint);
    return S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, config));
  }
}
