package dev.sanaq.storage;

import dev.sanaq.job.Job;

/**
 * Names objects. A job's folder is {@code <prefix><id>/}; in it {@code result.json}, the commit
 * marker, {@code attempts/}, and a folder of images for the request's fingerprint: two requests
 * that fight for one id never touch each other's images, and the marker says who won.
 */
public final class ObjectKeys {
  private static final int FINGERPRINT_DIGITS = 16;

  private ObjectKeys() {}

  /** The key of a job's marker, under the service's own prefix. */
  public static String marker(String prefix, String id) {
    return prefix + folder(id) + "/result.json";
  }

  /** The key of a job's so-manieth attempt, under the service's own prefix. */
  public static String attempt(String prefix, String id, int number) {
    return "%s%s/attempts/%d.json".formatted(prefix, folder(id), number);
  }

  /** The key of what a worker writes to see whether the storage takes anything. */
  public static String probe(String prefix, String worker) {
    return "%s.sanaq/probe/%s".formatted(prefix, worker);
  }

  /** The key of a job's image, counted from 0, under the job's output prefix. */
  public static String image(Job job, int index) {
    String request = job.fingerprint().substring(0, FINGERPRINT_DIGITS);
    return "%s%s/%s/%d.%s"
        .formatted(job.output().prefix(), folder(job.id()), request, index, job.format());
  }

  // "." and ".." are ids that the contract allows and folders that lead elsewhere.
  private static String folder(String id) {
    return id.matches("\\.+") ? id.replace(".", "%2E") : id;
  }
}
