package dev.sanaq.storage;

import dev.sanaq.job.Job;

/**
 * Object keys. Under the default prefix: {@code <prefix><id>/result.json}, the commit marker, and
 * {@code <prefix><id>/attempts/<n>.json}. Under the job's own output prefix: its images, {@code
 * <prefix><id>/<fingerprint>/<index>.<format>}. The first 16 digits of the request's fingerprint
 * keep two requests with the same id apart; the marker decides which one wins.
 */
public final class ObjectKeys {
  private static final int FINGERPRINT_DIGITS = 16;

  private ObjectKeys() {}

  /** The key of a job's commit marker, under the default prefix. */
  public static String marker(String prefix, String id) {
    return prefix + id + "/result.json";
  }

  /** The key of a job's attempt, from 1, under the default prefix. */
  public static String attempt(String prefix, String id, int number) {
    return "%s%s/attempts/%s.json".formatted(prefix, id, number);
  }

  /** The key of an object that tries the storage. */
  public static String probe(String prefix, String name) {
    return "%s.sanaq/probe/%s".formatted(prefix, name);
  }

  /** The key of a job's image, from 0, under the job's output prefix. */
  public static String image(Job job, int index) {
    String request = job.fingerprint().substring(0, FINGERPRINT_DIGITS);
    return "%s%s/%s/%s.%s".formatted(job.output().prefix(), job.id(), request, index, job.format());
  }
}
