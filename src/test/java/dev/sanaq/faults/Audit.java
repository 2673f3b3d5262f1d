package dev.sanaq.faults;

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
final class Audit {
  /** How a good job may end while workers are killed and the storage fails. */
  static final Set<String> FAULTS = Set.of("failed:crashed", "failed:storage_failed");

  private static final int MOST_TOLD = 20;

  private final Ledger ledger;
  private final Reader reader;
  private final List<String> findings = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  private Audit(Ledger ledger, Reader reader) {
    this.ledger = ledger;
    this.reader = reader;
  }

  /**
   * Counts.
   *
   * @param storage the real one, past all faults
   * @param faults how good jobs may end besides
   */
  static Audit of(Ledger ledger, Reader reader, URI storage, Set<String> faults) {
    Audit audit = new Audit(ledger, reader);
    audit.jobs(faults);
    audit.letters();
    audit.pictures(storage);
    audit.found("records of the topic not sent", reader.requests() - ledger.records(), "");
    audit.found("records not committed by the group", reader.lag(), "");
    return audit;
  }

  /** What is wrong, one finding a line, the first ones; empty where nothing is. */
  String findings() {
    return findings.stream().limit(MOST_TOLD).collect(Collectors.joining("\n"));
  }

  /** How jobs ended, and every count that has to be 0. */
  void tell(Report report) {
    Map<String, Long> ends =
        reader.endings().stream()
            .collect(Collectors.groupingBy(Ending::how, TreeMap::new, Collectors.counting()));
    ends.forEach((how, count) -> report.line("ended " + how, count));
    report.line("dead letters", reader.letters().size());
    report.line(
        "drawings begun more than once",
        reader.starts().values().stream().filter(count -> count > 1).count());
    for (String what : List.of("lost", "doubled", "ended wrongly", "not asked for")) {
      report.line("jobs " + what, counts.getOrDefault("jobs " + what, 0));
    }
    for (String what : List.of("lost", "doubled", "not due")) {
      report.line("dead letters " + what, counts.getOrDefault("dead letters " + what, 0));
    }
    report.line("pictures missing or another", counts.getOrDefault("pictures wrong", 0));
    report.line(
        "requests not committed", counts.getOrDefault("records not committed by the group", 0));
  }

  private void jobs(Set<String> faults) {
    Map<String, List<Ending>> seen =
        reader.endings().stream().collect(Collectors.groupingBy(Ending::job));
    ledger
        .due()
        .forEach(
            (job, due) -> {
              List<Ending> endings = seen.getOrDefault(job, List.of());
              String told = "%s: due %s, seen %s".formatted(job, due, hows(endings));
              found("jobs lost", due.events() - endings.size(), told);
              found("jobs doubled", endings.size() - due.events(), told);
              boolean right =
                  hows(endings).stream()
                      .allMatch(
                          how -> due.ends().contains(how) || (due.drawn() && faults.contains(how)));
              found("jobs ended wrongly", right ? 0 : 1, told);
            });
    seen.keySet().stream()
        .filter(job -> !ledger.due().containsKey(job))
        .forEach(job -> found("jobs not asked for", 1, job));
  }

  private void letters() {
    Map<String, Integer> seen = new HashMap<>();
    reader.letters().stream()
        .filter(letter -> letter.topic().equals(Reader.REQUESTS))
        .forEach(letter -> seen.merge(letter.place(), 1, Integer::sum));
    for (String place : ledger.lettersDue()) {
      found("dead letters lost", seen.containsKey(place) ? 0 : 1, place);
    }
    seen.forEach(
        (place, count) -> {
          found("dead letters doubled", count - 1, place);
          found("dead letters not due", ledger.lettersDue().contains(place) ? 0 : 1, place);
        });
  }

  private void pictures(URI storage) {
    Set<Ending.Picture> told = new HashSet<>();
    reader.endings().forEach(ending -> told.addAll(ending.pictures()));
    try (S3Client client = Objects.client(storage)) {
      for (Ending.Picture picture : told) {
        String wrong = wrong(client, picture);
        found("pictures wrong", wrong.isEmpty() ? 0 : 1, picture.key() + " " + wrong);
      }
    }
    reader.endings().stream()
        .filter(ending -> ending.how().equals("completed") && ending.pictures().isEmpty())
        .forEach(ending -> found("pictures wrong", 1, ending.job() + " names none"));
  }

  private static String wrong(S3Client client, Ending.Picture picture) {
    try {
      byte[] bytes =
          client
              .getObjectAsBytes(get -> get.bucket(picture.bucket()).key(picture.key()))
              .asByteArray();
      String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      boolean same = bytes.length == picture.bytes() && sha256.equals(picture.sha256());
      return same ? "" : "is another one";
    } catch (SdkException e) {
      return String.valueOf(e.getMessage());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void found(String what, long count, String detail) {
    if (count > 0) {
      counts.merge(what, Math.toIntExact(count), Integer::sum);
      findings.add("%s (%d): %s".formatted(what, count, detail));
    }
  }

  private static List<String> hows(List<Ending> endings) {
    return endings.stream().map(Ending::how).toList();
  }
}
