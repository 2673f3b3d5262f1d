package dev.sanaq.gateway;

import dev.sanaq.job.Hash;
import dev.sanaq.job.JobIds;
import java.util.OptionalInt;

/**
 * Who asks. An owner's jobs are those whose ids begin with the owner's name and a colon: so every
 * record, event and stored result says whose it is, every gateway knows it, and no owner can take,
 * or find taken, an id of another's.
 *
 * @param name the owner's name; empty for everybody, who sees all jobs
 * @param requestsPerMinute the limit at this gateway, if any
 * @param jobsPerDay the limit at all gateways, if any
 */
record Caller(String name, OptionalInt requestsPerMinute, OptionalInt jobsPerDay) {
  static final Caller EVERYBODY = new Caller("", OptionalInt.empty(), OptionalInt.empty());

  /** What the names of an OpenID provider's subjects begin with; no key's owner has a dot. */
  static final String SUBJECTS = "oidc.";

  private static final String HASHED = "oidc.sha256.";
  private static final int HASH_DIGITS = 32;
  private static final char SEPARATOR = ':';
  private static final int LONGEST_ID = 128;

  /**
   * Somebody whom an OpenID provider knows.
   *
   * @param subject as the provider says it; what is no part of a job's id is hashed
   */
  static Caller ofSubject(String subject, OptionalInt requestsPerMinute, OptionalInt jobsPerDay) {
    String name =
        subject.matches("[A-Za-z0-9_-]{1,36}")
            ? SUBJECTS + subject
            : HASHED + Hash.of(subject).substring(0, HASH_DIGITS);
    return new Caller(name, requestsPerMinute, jobsPerDay);
  }

  /** The job's full id; what is full already stays as it is. */
  String scoped(String id) {
    return mayKnow(id) ? id : name + SEPARATOR + id;
  }

  /** How many characters of an id are left to the owner. */
  int idLength() {
    return name.isEmpty() ? LONGEST_ID : LONGEST_ID - name.length() - 1;
  }

  /** Whether a job of that full id is this caller's to see. */
  boolean mayKnow(String id) {
    return name.isEmpty() || id.startsWith(name + SEPARATOR);
  }

  /** Whether the caller can have a job of that id. */
  boolean canName(String id) {
    return JobIds.valid(id) && JobIds.valid(scoped(id));
  }

  /** The owner that a job's full id names; empty where it names none. */
  static String owner(String id) {
    int separator = id.indexOf(SEPARATOR);
    return separator < 0 ? "" : id.substring(0, separator);
  }
}
