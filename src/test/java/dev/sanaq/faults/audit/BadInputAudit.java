package dev.sanaq.faults.audit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bad record got which answer. An answer is a terminal event, a dead letter, or a dead letter
 * and the failed event that tells of it; more of either, or none of both, is wrong.
 */
public final class BadInputAudit {
  private static final Pattern OWN_ID = Pattern.compile("bad\\.(\\d+)\\.");
  private static final String DERIVED_ID_PREFIX = EventCollector.REQUESTS + "-";

  private final Map<String, Integer> numbersByOffset = new HashMap<>();
  private final List<String> findings = new ArrayList<>();
  private int answered;

  /** The n-th record lies there, {@code partition-offset}. */
  public void recordSent(int n, String place) {
    numbersByOffset.put(place, n);
  }

  /** Holds all answers against all records; other jobs' events are left out. */
  public void countAnswers(EventCollector reader, Set<String> others) {
    Map<Integer, Integer> events = new HashMap<>();
    reader.terminalEvents().stream()
        .filter(ending -> !others.contains(ending.job()))
        .forEach(ending -> events.merge(numberOf(ending.job()), 1, Integer::sum));
    Map<Integer, Integer> letters = new HashMap<>();
    reader.deadLetters().stream()
        .filter(letter -> letter.topic().equals(EventCollector.REQUESTS))
        .forEach(
            letter ->
                letters.merge(
                    numbersByOffset.getOrDefault(letter.position(), -1), 1, Integer::sum));
    Set<Integer> strangers = new HashSet<>(events.keySet());
    strangers.addAll(letters.keySet());
    strangers.removeAll(numbersByOffset.values());
    strangers.forEach(n -> findings.add("an answer to no record"));
    numbersByOffset.forEach(
        (place, n) -> check(place, n, events.getOrDefault(n, 0), letters.getOrDefault(n, 0)));
  }

  /** Records that were answered as they should be. */
  public int answered() {
    return answered;
  }

  /** What is wrong. */
  public List<String> findings() {
    return findings;
  }

  private void check(String place, int n, int events, int letters) {
    if (events <= 1 && letters <= 1 && events + letters >= 1) {
      answered++;
    } else {
      findings.add(
          "record %d at %s: %d events, %d dead letters".formatted(n, place, events, letters));
    }
  }

  private int numberOf(String job) {
    Matcher own = OWN_ID.matcher(job);
    if (own.find()) {
      return Integer.parseInt(own.group(1));
    }
    boolean derived = job.startsWith(DERIVED_ID_PREFIX);
    return derived
        ? numbersByOffset.getOrDefault(job.substring(DERIVED_ID_PREFIX.length()), -1)
        : -1;
  }
}
