package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.request.RequestMix;
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.faults.storage.S3Fault;
import dev.sanaq.faults.storage.S3Objects;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The basis of the suite: broker and S3 keep accepted data when they are killed, and every fault of
 * the proxy takes effect.
 */
@Tag("slow") // starts and kills a broker and S3 as processes
class KilledServicesIT {
  /** Long enough that the middle of an upload is in the text and not in its framing. */
  private static final String TEXT = "this is kept ".repeat(100);

  @Test
  void killedServices_afterRestart_keepTheirData() {
    try (TestProcesses processes = new TestProcesses("killed-services");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        S3Client client = S3Objects.client(cluster.storage())) {
      RequestMix.of(50, new Random(1)).forEach(producer::send);
      client.putObject(put -> put.bucket("sanaq").key("k"), RequestBody.fromString(TEXT));
      cluster.killBroker();
      cluster.killStorage();
      cluster.startBroker();
      cluster.startStorage();
      cluster.awaitBroker();
      cluster.awaitStorage();
      producer.send(TestRequests.valid("afterwards"));
      try (EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
        assertThat(collector.requestCount()).isEqualTo(51);
        assertThat(collector.isAtEnd()).isTrue();
      }
      assertThat(read(client)).isEqualTo(TEXT);
    }
  }

  @Test
  void storageFaults_takeEffect_andClear() {
    try (TestProcesses processes = new TestProcesses("faulty-storage");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        S3Client client = S3Objects.client(cluster.faultyStorage())) {
      client.putObject(put -> put.bucket("sanaq").key("k"), RequestBody.fromString(TEXT));
      assertFails(cluster, client, new S3Fault.Refuse(503, 1));
      assertFails(cluster, client, new S3Fault.Refuse(403, 1));
      assertFails(cluster, client, new S3Fault.Cut(1));
      assertUploadsFail(cluster, client, new S3Fault.Full(507, "QuotaExceeded"), 507);
      assertFails(cluster, client, new S3Fault.Stopped());
      assertThat(read(client)).isEqualTo(TEXT);

      cluster.faultyS3().setFault(new S3Fault.NoListing());
      assertThat(statusOf(() -> client.headObject(head -> head.bucket("sanaq").key("missing"))))
          .isEqualTo(403);
      assertThat(read(client)).isEqualTo(TEXT);
      int hits = cluster.faultyS3().hitCount();
      cluster.faultyS3().setFault(new S3Fault.CloseAfterConflict());
      assertThat(statusOf(() -> putNew(client))).isEqualTo(412);
      assertThat(cluster.faultyS3().hitCount()).as("connections closed").isEqualTo(hits + 1);

      cluster.faultyS3().setFault(new S3Fault.Corrupt(1));
      assertThat(canWrite(client)).as("a corrupted upload succeeds").isFalse();
      cluster.faultyS3().setFault(new S3Fault.Slow(Duration.ofMillis(700)));
      long startNanos = System.nanoTime();
      assertThat(read(client)).as("the object after a corrupted upload").isEqualTo(TEXT);
      assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
          .isGreaterThan(Duration.ofMillis(600));
    }
  }

  private static void assertFails(Cluster cluster, S3Client client, S3Fault fault) {
    cluster.faultyS3().setFault(fault);
    assertThat(canRead(client)).as("reading works under %s", fault).isFalse();
    cluster.faultyS3().setFault(new S3Fault.Pass());
  }

  private static void assertUploadsFail(
      Cluster cluster, S3Client client, S3Fault fault, int status) {
    cluster.faultyS3().setFault(fault);
    assertThat(statusOf(() -> putNew(client))).isEqualTo(status);
    assertThat(read(client)).isEqualTo(TEXT);
    cluster.faultyS3().setFault(new S3Fault.Pass());
  }

  private static void putNew(S3Client client) {
    client.putObject(
        put -> put.bucket("sanaq").key("k").ifNoneMatch("*"), RequestBody.fromString(TEXT));
  }

  private static int statusOf(Runnable call) {
    try {
      call.run();
      return 200;
    } catch (S3Exception e) {
      return e.statusCode();
    }
  }

  private static boolean canRead(S3Client client) {
    try {
      return read(client).equals(TEXT);
    } catch (SdkException e) {
      return false;
    }
  }

  private static String read(S3Client client) {
    return client.getObjectAsBytes(get -> get.bucket("sanaq").key("k")).asUtf8String();
  }

  private static boolean canWrite(S3Client client) {
    try {
      client.putObject(
          put -> put.bucket("sanaq").key("k"),
          RequestBody.fromString(TEXT.replace("kept", "lost")));
      return true;
    } catch (SdkException e) {
      return false;
    }
  }
}
