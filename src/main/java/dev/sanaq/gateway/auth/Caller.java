package dev.sanaq.gateway.auth;

import dev.sanaq.job.JobIds;
import dev.sanaq.job.Sha256;
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
public record Caller(String name, OptionalInt requestsPerMinute, OptionalInt jobsPerDay) {
  static final Caller ANONYMOUS = new Caller("", OptionalInt.empty(), OptionalInt.empty());

  /** What the names of an OpenID provider's subjects begin with; no key's owner has a dot. */
  static final String OIDC_PREFIX = "oidc.";

  private static final String HASHED_OIDC_PREFIX = "oidc.sha256.";
  private static final int HASH_DIGITS = 32;
  private static final char SEPARATOR = ':';
  private static final int MAX_ID_LENGTH = 128;

  /**
   * Somebody whom an OpenID provider knows.
   *
   * @param subject as the provider says it; what is no part of a job's id is hashed
   */
  static Caller ofSubject(String subject, OptionalInt requestsPerMinute, OptionalInt jobsPerDay) {
    String name =
        subject.matches("[A-Za-z0-9_-]{1,36}")
            ? OIDC_PREFIX + subject
            : HASHED_OIDC_PREFIX + Sha256.hex(subject).substring(0, HASH_DIGITS);
    return new Caller(name, requestsPerMinute, jobsPerDay);
  }

  /** The job's full id; what is full already stays as it is. */
  public String qualify(String id) {
    return canSee(id) ? id : name + SEPARATOR + id;
  }

  /** How many characters of an id are left to the owner. */
  public int maxIdLength() {
    return name.isEmpty() ? MAX_ID_LENGTH : MAX_ID_LENGTH - name.length() - 1;
  }

  /** Whether a job of that full id is this caller's to see. */
  public boolean canSee(String id) {
    return name.isEmpty() || id.startsWith(name + SEPARATOR);
  }

  /** Whether the caller can have a job of that id. */
  public boolean isValidJobId(String id) {
    return JobIds.isValid(id) && JobIds.isValid(qualify(id));
  }

  /** The owner that a job's full id names; empty where it names none. */
  static String ownerOf(String id) {
    int separator = id.indexOf(SEPARATOR);
    return separator < 0 ? "" : id.substring(0, separator);
  }
}
