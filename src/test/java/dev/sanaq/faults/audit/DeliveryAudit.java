package dev.sanaq.faults.audit;

import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.faults.storage.S3Objects;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** Compares the received events, dead letters and images with the expected ones. */
public final class DeliveryAudit {
  /** Outcomes that a valid job may have while workers are killed and S3 fails. */
  public static final Set<String> TOLERATED_FAILURES =
      Set.of("failed:crashed", "failed:storage_failed");

  private static final int MAX_REPORTED_FINDINGS = 20;
  private static final List<String> FINDINGS =
      List.of(
          "jobs lost",
          "jobs doubled",
          "jobs ended wrongly",
          "jobs that nobody requested",
          "dead letters lost",
          "dead letters doubled",
          "dead letters not due",
          "images missing or different",
          "requests not committed");

  private final TrackingProducer producer;
  private final EventCollector collector;
  private final List<String> findings = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  private DeliveryAudit(TrackingProducer producer, EventCollector collector) {
    this.producer = producer;
    this.collector = collector;
  }

  /**
   * Compares.
   *
   * @param storage the URL of the S3 server, without faults
   * @param tolerated outcomes that a valid job may have in addition to {@code completed}
   */
  public static DeliveryAudit of(
      TrackingProducer producer, EventCollector collector, URI storage, Set<String> tolerated) {
    DeliveryAudit audit = new DeliveryAudit(producer, collector);
    audit.checkJobs(tolerated);
    audit.checkDeadLetters();
    audit.checkImages(storage);
    audit.addFinding(
        "records of the topic not sent", collector.requestCount() - producer.records(), "");
    audit.addFinding("requests not committed", collector.lag(), "");
    return audit;
  }

  /** Returns the first differences, one for each line; empty if there are none. */
  public String findings() {
    return findings.stream().limit(MAX_REPORTED_FINDINGS).collect(Collectors.joining("\n"));
  }

  /** Adds the outcomes, and the counts that must be 0, to the table. */
  public void reportTo(FaultReport report) {
    Map<String, Long> outcomes =
        collector.terminalEvents().stream()
            .collect(
                Collectors.groupingBy(TerminalEvent::outcome, TreeMap::new, Collectors.counting()));
    outcomes.forEach((outcome, count) -> report.line("ended " + outcome, count));
    report.line("dead letters", collector.deadLetters().size());
    report.line(
        "generations started more than once",
        collector.startCounts().values().stream().filter(count -> count > 1).count());
    FINDINGS.forEach(name -> report.line(name, counts.getOrDefault(name, 0)));
  }

  private void checkJobs(Set<String> tolerated) {
    Map<String, List<TerminalEvent>> received =
        collector.terminalEvents().stream().collect(Collectors.groupingBy(TerminalEvent::job));
    producer
        .expectations()
        .forEach(
            (job, due) -> {
              List<TerminalEvent> events = received.getOrDefault(job, List.of());
              String detail = "%s: due %s, received %s".formatted(job, due, outcomes(events));
              addFinding("jobs lost", due.events() - events.size(), detail);
              addFinding("jobs doubled", events.size() - due.events(), detail);
              boolean permitted =
                  outcomes(events).stream()
                      .allMatch(
                          outcome ->
                              due.outcomes().contains(outcome)
                                  || (due.canComplete() && tolerated.contains(outcome)));
              addFinding("jobs ended wrongly", permitted ? 0 : 1, detail);
            });
    received.keySet().stream()
        .filter(job -> !producer.expectations().containsKey(job))
        .forEach(job -> addFinding("jobs that nobody requested", 1, job));
  }

  private void checkDeadLetters() {
    Map<String, Integer> received = new HashMap<>();
    collector.deadLetters().stream()
        .filter(letter -> letter.topic().equals(TestRequests.TOPIC))
        .forEach(letter -> received.merge(letter.position(), 1, Integer::sum));
    for (String position : producer.expectedDeadLetters()) {
      addFinding("dead letters lost", received.containsKey(position) ? 0 : 1, position);
    }
    received.forEach(
        (position, count) -> {
          addFinding("dead letters doubled", count - 1, position);
          addFinding(
              "dead letters not due",
              producer.expectedDeadLetters().contains(position) ? 0 : 1,
              position);
        });
  }

  private void checkImages(URI storage) {
    Set<TerminalEvent.StoredObject> images = new HashSet<>();
    collector.terminalEvents().forEach(event -> images.addAll(event.images()));
    try (S3Client client = S3Objects.client(storage)) {
      for (TerminalEvent.StoredObject image : images) {
        String mismatch = mismatch(client, image);
        addFinding(
            "images missing or different",
            mismatch.isEmpty() ? 0 : 1,
            image.key() + " " + mismatch);
      }
    }
    collector.terminalEvents().stream()
        .filter(event -> event.outcome().equals("completed") && event.images().isEmpty())
        .forEach(event -> addFinding("images missing or different", 1, event.job() + " has none"));
  }

  private static String mismatch(S3Client client, TerminalEvent.StoredObject image) {
    try {
      byte[] bytes =
          client.getObjectAsBytes(get -> get.bucket(image.bucket()).key(image.key())).asByteArray();
      String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      boolean same = bytes.length == image.bytes() && sha256.equals(image.sha256());
      return same ? "" : "differs";
    } catch (SdkException e) {
      return String.valueOf(e.getMessage());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void addFinding(String name, long count, String detail) {
    if (count > 0) {
      counts.merge(name, Math.toIntExact(count), Integer::sum);
      findings.add("%s (%s): %s".formatted(name, count, detail));
    }
  }

  private static List<String> outcomes(List<TerminalEvent> events) {
    return events.stream().map(TerminalEvent::outcome).toList();
  }
}
