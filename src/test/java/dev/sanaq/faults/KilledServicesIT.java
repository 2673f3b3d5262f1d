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
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What the suite stands on: services that keep what they took, and faults that are what they say.
 */
class KilledServicesIT {
  /** Long enough for the middle of an upload to be in it, not in the framing around it. */
  private static final String TEXT = "what was kept ".repeat(100);

  @Test
  void killedServices_afterRestart_keepTheirData() {
    try (TestProcesses processes = new TestProcesses("killed-services");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer ledger = new TrackingProducer(cluster.bootstrapServers());
        S3Client client = S3Objects.client(cluster.storage())) {
      RequestMix.of(50, new Random(1)).forEach(ledger::send);
      client.putObject(put -> put.bucket("sanaq").key("k"), RequestBody.fromString(TEXT));
      cluster.killBroker();
      cluster.killStorage();
      cluster.startBroker();
      cluster.startStorage();
      cluster.awaitBroker();
      cluster.awaitStorage();
      ledger.send(TestRequests.good("afterwards"));
      try (EventCollector reader = new EventCollector(cluster.bootstrapServers())) {
        assertThat(reader.requestCount()).isEqualTo(51);
        assertThat(reader.isAtEnd()).isTrue();
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
      assertFails(cluster, client, new S3Fault.Stopped());
      assertThat(read(client)).isEqualTo(TEXT);

      cluster.faultyS3().setFault(new S3Fault.Corrupt(1));
      assertThat(canWrite(client)).as("a damaged upload is taken").isFalse();
      cluster.faultyS3().setFault(new S3Fault.Slow(Duration.ofMillis(700)));
      long began = System.nanoTime();
      assertThat(read(client)).as("nothing of it was kept").isEqualTo(TEXT);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(600));
    }
  }

  private static void assertFails(Cluster cluster, S3Client client, S3Fault fault) {
    cluster.faultyS3().setFault(fault);
    assertThat(canRead(client)).as("reading works under %s", fault).isFalse();
    cluster.faultyS3().setFault(new S3Fault.Pass());
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
