package dev.sanaq.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.local.LocalPart;
import dev.sanaq.local.LocalPlan;
import dev.sanaq.local.LocalServices;
import dev.sanaq.storage.S3;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.worker.Outside;
import dev.sanaq.worker.TestSettings;
import java.io.IOException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Checkpoints to a real S3 server and back, with a line before it that breaks. */
class WeightsTest {
  private static final int LARGE = 3_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  @SuppressWarnings("NullAway.Init") // set before all
  private static LocalServices services;

  @SuppressWarnings("NullAway.Init")
  private static S3Client s3;

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  Path folder;

  @SuppressWarnings("NullAway.Init")
  private Path model;

  @SuppressWarnings("NullAway.Init")
  private BrokenLine line;

  @SuppressWarnings("NullAway.Init")
  private S3Client throughLine;

  private final WeightsAddress address =
      WeightsAddress.parse("s3://sanaq/models/m" + new Random().nextInt(Integer.MAX_VALUE));

  @BeforeAll
  static void startStorage() {
    LocalPlan everything = LocalPlan.everything();
    services =
        LocalServices.startTemporary(
            new LocalPlan(java.util.Set.of(LocalPart.S3), everything.kafkaPort(), 0));
    s3 = client(URI.create(endpoint()));
  }

  @AfterAll
  static void stopStorage() {
    s3.close();
    services.close();
  }

  @BeforeEach
  void publish() throws IOException {
    model = folder.resolve("published");
    Files.createDirectories(model.resolve("transformer"));
    Files.writeString(model.resolve("model_index.json"), "{}");
    Files.writeString(model.resolve("empty.txt"), "");
    Files.write(model.resolve("transformer/weights.safetensors"), noise(1));
    new WeightsPush(s3).push(model, address);
    line = new BrokenLine(URI.create(endpoint()).getPort());
    throughLine = client(URI.create("http://127.0.0.1:" + line.port()));
  }

  @AfterEach
  void close() {
    throughLine.close();
    line.close();
  }

  @Test
  void whatIsPublishedIsFetchedByteForByteAndOnce() throws IOException {
    Path fetched = folder.resolve("fetched");
    fetch(fetched);
    Map<String, String> published = contents(model);
    assertThat(contents(fetched)).containsAllEntriesOf(published).hasSize(published.size() + 1);
    long asked = line.answers();
    fetch(fetched);
    assertThat(line.answers() - asked).as("requests when all is there: the manifest's").isOne();
  }

  @Test
  void aCutLineIsGoneOnWithWhereItWasCut() throws IOException {
    line.cutAfter(LARGE / 3, LARGE / 3, LARGE / 3);
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
    assertThat(line.ranges()).as("ranges asked for").hasSizeGreaterThanOrEqualTo(2);
    assertThat(line.bytes()).as("bytes in all").isLessThan((long) (1.5 * LARGE));
  }

  @Test
  void aProcessThatEndedIsGoneOnWithByTheNext() throws IOException {
    line.cutAfter(LARGE / 2);
    line.refuseAfterCuts();
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("kept and gone on with");
    assertThat(folder.resolve("fetched")).doesNotExist();
    line.mend();
    long before = line.bytes();
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
    assertThat(line.bytes() - before).as("bytes of the second").isLessThan((long) (0.75 * LARGE));
  }

  @Test
  void aLineThatIgnoresRangesIsTriedFromTheBeginningAndComesToItsEnd() throws IOException {
    line.ignoreRanges(signed());
    line.cutAfter(LARGE / 2, LARGE / 2);
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
    assertThat(line.ranges()).as("ranges asked for").isNotEmpty();
  }

  @Test
  void aLineThatIgnoresRangesAndAlwaysBreaksIsGivenUp() {
    line.ignoreRanges(signed());
    line.cutAfter(Collections.nCopies(100, LARGE / 2).toArray(Integer[]::new));
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(address + "/transformer/weights.safetensors")
        .hasMessageContaining("of %d bytes", LARGE)
        .hasMessageContaining("honour Range");
    assertThat(line.ranges()).as("tries").hasSizeLessThan(10);
    assertThat(folder.resolve("fetched")).doesNotExist();
  }

  @Test
  void aBitThatTurnsOnTheWayIsNoticedAndFetchedAgain() throws IOException {
    line.spoilNext(1);
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
    assertThat(line.spoilt()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {LARGE, LARGE / 2, LARGE * 2, 0})
  void anObjectThatIsNotTheManifestsIsRefusedAndLeavesNothing(int length) {
    put("transformer/weights.safetensors", noise(2, length));
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("transformer/weights.safetensors")
        .hasMessageContaining("publish the checkpoint again");
    assertThat(folder.resolve("fetched")).doesNotExist();
  }

  @Test
  void anObjectThatChangesUnderWayIsNotPutTogetherOfTwo() throws IOException {
    line.cutAfter(LARGE / 2);
    line.onCut(() -> put("transformer/weights.safetensors", noise(3)));
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("changed or damaged");
    assertThat(folder.resolve("fetched")).doesNotExist();
    put("transformer/weights.safetensors", noise(1));
    fetch(folder.resolve("fetched"));
    assertThat(contents(folder.resolve("fetched"))).containsAllEntriesOf(contents(model));
  }

  @Test
  void anotherCheckpointTakesTheFoldersPlaceAsAWhole() throws IOException {
    Path fetched = folder.resolve("fetched");
    fetch(fetched);
    Files.write(model.resolve("transformer/weights.safetensors"), noise(4));
    WeightsAddress second = WeightsAddress.parse(address + "-second");
    new WeightsPush(s3).push(model, second);
    line.cutAfter(LARGE / 2);
    line.refuseAfterCuts();
    assertThatThrownBy(() -> new WeightsFetch(throughLine, PATIENCE).fetch(second, fetched))
        .isInstanceOf(WeightsException.class);
    assertThat(Files.readAllBytes(fetched.resolve("transformer/weights.safetensors")))
        .as("the old one is whole until the new one is")
        .isEqualTo(noise(1));
    line.mend();
    new WeightsFetch(throughLine, PATIENCE).fetch(second, fetched);
    assertThat(contents(fetched)).containsAllEntriesOf(contents(model));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("published", "fetched", "fetched.lock");
    }
  }

  @Test
  void somebodysOwnFolderIsNeverReplaced() throws IOException {
    Path own = Files.createDirectories(folder.resolve("own"));
    Files.writeString(own.resolve("model_index.json"), "mine");
    assertThatThrownBy(() -> fetch(own)).hasMessageContaining("were not fetched");
    assertThat(own.resolve("model_index.json")).hasContent("mine");
    Path empty = Files.createDirectories(folder.resolve("empty"));
    fetch(empty);
    assertThat(contents(empty)).containsAllEntriesOf(contents(model));
  }

  @Test
  void anAddressHoldsOneCheckpointForGood() throws IOException {
    new WeightsPush(s3).push(model, address);
    Files.writeString(model.resolve("model_index.json"), "{\"a\":1}");
    assertThatThrownBy(() -> new WeightsPush(s3).push(model, address))
        .hasMessageContaining("holds another checkpoint");
  }

  @Test
  void aFileOfManyPartsArrives() throws IOException {
    byte[] bytes = noise(5, 70_000_000);
    Files.write(model.resolve("transformer/weights.safetensors"), bytes);
    WeightsAddress second = WeightsAddress.parse(address + "-large");
    new WeightsPush(s3).push(model, second);
    new WeightsFetch(s3, PATIENCE).fetch(second, folder.resolve("fetched"));
    assertThat(folder.resolve("fetched/transformer/weights.safetensors"))
        .hasSameBinaryContentAs(model.resolve("transformer/weights.safetensors"));
  }

  @Test
  void withoutAManifestItSaysWhatToDo() {
    assertThatThrownBy(
            () ->
                new WeightsFetch(s3, PATIENCE)
                    .fetch(WeightsAddress.parse("s3://sanaq/nothing"), folder.resolve("fetched")))
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
  void aManifestThatLeadsElsewhereIsRefused(String text) {
    put(
        Manifest.NAME,
        text.replace("SUM", "0".repeat(64)).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThatThrownBy(() -> fetch(folder.resolve("fetched")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("is not a checkpoint's manifest");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "s3://", "s3://bucket", "s3://bucket/", "bucket/prefix", "https://b/p"})
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> WeightsAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("s3://BUCKET/PREFIX");
  }

  private void fetch(Path into) {
    new WeightsFetch(throughLine, PATIENCE).fetch(address, into);
  }

  private URI signed() {
    try (S3Presigner presigner = Outside.presigner(services.config())) {
      return URI.create(
          presigner
              .presignGetObject(
                  sign ->
                      sign.signatureDuration(Duration.ofMinutes(10))
                          .getObjectRequest(
                              get ->
                                  get.bucket(address.bucket())
                                      .key(address.key("transformer/weights.safetensors"))))
              .url()
              .toString());
    }
  }

  private void put(String path, byte[] bytes) {
    s3.putObject(
        put -> put.bucket(address.bucket()).key(address.key(path)), RequestBody.fromBytes(bytes));
  }

  private static byte[] noise(long seed) {
    return noise(seed, LARGE);
  }

  private static byte[] noise(long seed, int length) {
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
                  WeightsTest::sum,
                  (a, b) -> a,
                  TreeMap::new));
    }
  }

  private static String sum(Path file) {
    try {
      return Checksums.of(file);
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
    return S3.client(TestSettings.mapping(StorageConfig.class, config));
  }
}
