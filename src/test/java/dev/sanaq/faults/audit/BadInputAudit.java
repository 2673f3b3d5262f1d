package dev.sanaq.faults.audit;

import dev.sanaq.faults.request.TestRequests;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares malformed records with their answers. The answer to a record is a terminal event, a dead
 * letter, or a dead letter and a failed event. More than one of either, or none, is a finding.
 */
public final class BadInputAudit {
  private static final Pattern ID = Pattern.compile("bad\\.(\\d+)\\.");
  private static final String DERIVED_ID_PREFIX = TestRequests.TOPIC + "-";

  private final Map<String, Integer> numbersByOffset = new HashMap<>();
  private final List<String> findings = new ArrayList<>();
  private int answered;

  /** Records the position of the n-th record, {@code partition-offset}. */
  public void recordSent(int n, String position) {
    numbersByOffset.put(position, n);
  }

  /** Compares all answers with all records, except for the events of some other jobs. */
  public void countAnswers(EventCollector collector, Set<String> otherJobs) {
    Map<Integer, Integer> events = new HashMap<>();
    collector.terminalEvents().stream()
        .filter(event -> !otherJobs.contains(event.job()))
        .forEach(event -> events.merge(numberOf(event.job()), 1, Integer::sum));
    Map<Integer, Integer> deadLetters = new HashMap<>();
    collector.deadLetters().stream()
        .filter(letter -> letter.topic().equals(TestRequests.TOPIC))
        .forEach(
            letter ->
                deadLetters.merge(
                    numbersByOffset.getOrDefault(letter.position(), -1), 1, Integer::sum));
    Set<Integer> unmatched = new HashSet<>(events.keySet());
    unmatched.addAll(deadLetters.keySet());
    unmatched.removeAll(numbersByOffset.values());
    unmatched.forEach(n -> findings.add("an answer to no record"));
    numbersByOffset.forEach(
        (position, n) ->
            check(position, n, events.getOrDefault(n, 0), deadLetters.getOrDefault(n, 0)));
  }

  /** Returns how many records have exactly one answer. */
  public int answered() {
    return answered;
  }

  /** Returns the records without exactly one answer, and the answers to no record. */
  public List<String> findings() {
    return findings;
  }

  private void check(String position, int n, int events, int deadLetters) {
    if (events <= 1 && deadLetters <= 1 && events + deadLetters >= 1) {
      answered++;
    } else {
      findings.add(
          "record %s at %s: %s events, %s dead letters"
              .formatted(n, position, events, deadLetters));
    }
  }

  // After the position comes the record's hash.
  private static String positionOf(String job) {
    return job.substring(DERIVED_ID_PREFIX.length(), job.lastIndexOf('-'));
  }

  private int numberOf(String job) {
    Matcher id = ID.matcher(job);
    if (id.find()) {
      return Integer.parseInt(id.group(1));
    }
    boolean derived = job.startsWith(DERIVED_ID_PREFIX);
    return derived ? numbersByOffset.getOrDefault(positionOf(job), -1) : -1;
  }
}
