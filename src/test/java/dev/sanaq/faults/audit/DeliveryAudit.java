package dev.sanaq.faults.audit;

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

/** Holds what a reader has seen against what is due, and counts every way to be wrong. */
public final class DeliveryAudit {
  /** How a good job may end while workers are killed and the storage fails. */
  public static final Set<String> TOLERATED_FAILURES =
      Set.of("failed:crashed", "failed:storage_failed");

  private static final int MAX_REPORTED_FINDINGS = 20;

  private final TrackingProducer trackingProducer;
  private final EventCollector collector;
  private final List<String> findings = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  private DeliveryAudit(TrackingProducer ledger, EventCollector reader) {
    this.trackingProducer = ledger;
    this.collector = reader;
  }

  /**
   * Counts.
   *
   * @param storage the real one, past all faults
   * @param faults how good jobs may end besides
   */
  public static DeliveryAudit of(
      TrackingProducer ledger, EventCollector reader, URI storage, Set<String> faults) {
    DeliveryAudit audit = new DeliveryAudit(ledger, reader);
    audit.checkJobs(faults);
    audit.checkDeadLetters();
    audit.checkImages(storage);
    audit.addFinding("records of the topic not sent", reader.requestCount() - ledger.records(), "");
    audit.addFinding("records not committed by the group", reader.lag(), "");
    return audit;
  }

  /** What is wrong, one finding a line, the first ones; empty where nothing is. */
  public String findings() {
    return findings.stream().limit(MAX_REPORTED_FINDINGS).collect(Collectors.joining("\n"));
  }

  /** How jobs ended, and every count that has to be 0. */
  public void reportTo(FaultReport report) {
    Map<String, Long> ends =
        collector.terminalEvents().stream()
            .collect(
                Collectors.groupingBy(TerminalEvent::outcome, TreeMap::new, Collectors.counting()));
    ends.forEach((how, count) -> report.line("ended " + how, count));
    report.line("dead letters", collector.deadLetters().size());
    report.line(
        "drawings begun more than once",
        collector.startCounts().values().stream().filter(count -> count > 1).count());
    for (String what : List.of("lost", "doubled", "ended wrongly", "not asked for")) {
      report.line("jobs " + what, counts.getOrDefault("jobs " + what, 0));
    }
    for (String what : List.of("lost", "doubled", "not due")) {
      report.line("dead letters " + what, counts.getOrDefault("dead letters " + what, 0));
    }
    report.line("images missing or another", counts.getOrDefault("images wrong", 0));
    report.line(
        "requests not committed", counts.getOrDefault("records not committed by the group", 0));
  }

  private void checkJobs(Set<String> faults) {
    Map<String, List<TerminalEvent>> seen =
        collector.terminalEvents().stream().collect(Collectors.groupingBy(TerminalEvent::job));
    trackingProducer
        .expectations()
        .forEach(
            (job, due) -> {
              List<TerminalEvent> endings = seen.getOrDefault(job, List.of());
              String told = "%s: due %s, seen %s".formatted(job, due, outcomes(endings));
              addFinding("jobs lost", due.events() - endings.size(), told);
              addFinding("jobs doubled", endings.size() - due.events(), told);
              boolean right =
                  outcomes(endings).stream()
                      .allMatch(
                          how ->
                              due.outcomes().contains(how)
                                  || (due.canComplete() && faults.contains(how)));
              addFinding("jobs ended wrongly", right ? 0 : 1, told);
            });
    seen.keySet().stream()
        .filter(job -> !trackingProducer.expectations().containsKey(job))
        .forEach(job -> addFinding("jobs not asked for", 1, job));
  }

  private void checkDeadLetters() {
    Map<String, Integer> seen = new HashMap<>();
    collector.deadLetters().stream()
        .filter(letter -> letter.topic().equals(EventCollector.REQUESTS))
        .forEach(letter -> seen.merge(letter.position(), 1, Integer::sum));
    for (String place : trackingProducer.expectedDeadLetters()) {
      addFinding("dead letters lost", seen.containsKey(place) ? 0 : 1, place);
    }
    seen.forEach(
        (place, count) -> {
          addFinding("dead letters doubled", count - 1, place);
          addFinding(
              "dead letters not due",
              trackingProducer.expectedDeadLetters().contains(place) ? 0 : 1,
              place);
        });
  }

  private void checkImages(URI storage) {
    Set<TerminalEvent.StoredObject> told = new HashSet<>();
    collector.terminalEvents().forEach(ending -> told.addAll(ending.images()));
    try (S3Client client = S3Objects.client(storage)) {
      for (TerminalEvent.StoredObject image : told) {
        String wrong = mismatch(client, image);
        addFinding("images wrong", wrong.isEmpty() ? 0 : 1, image.key() + " " + wrong);
      }
    }
    collector.terminalEvents().stream()
        .filter(ending -> ending.outcome().equals("completed") && ending.images().isEmpty())
        .forEach(ending -> addFinding("images wrong", 1, ending.job() + " names none"));
  }

  private static String mismatch(S3Client client, TerminalEvent.StoredObject image) {
    try {
      byte[] bytes =
          client.getObjectAsBytes(get -> get.bucket(image.bucket()).key(image.key())).asByteArray();
      String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      boolean same = bytes.length == image.bytes() && sha256.equals(image.sha256());
      return same ? "" : "is another one";
    } catch (SdkException e) {
      return String.valueOf(e.getMessage());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void addFinding(String what, long count, String detail) {
    if (count > 0) {
      counts.merge(what, Math.toIntExact(count), Integer::sum);
      findings.add("%s (%d): %s".formatted(what, count, detail));
    }
  }

  private static List<String> outcomes(List<TerminalEvent> endings) {
    return endings.stream().map(TerminalEvent::outcome).toList();
  }
}
