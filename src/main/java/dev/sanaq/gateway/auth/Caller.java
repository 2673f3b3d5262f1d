package dev.sanaq.gateway.auth;

import dev.sanaq.job.JobIds;
import dev.sanaq.job.Sha256;
import java.util.OptionalInt;

/**
 * An authenticated caller. The ids of an owner's jobs begin with the owner's name and a colon. So
 * ownership is in every record, event and stored result, every gateway knows it, and owners cannot
 * collide in an id.
 *
 * @param name the owner's name; empty for the anonymous caller, who sees all jobs
 * @param requestsPerMinute the limit at this gateway, if any
 * @param jobsPerDay the limit at all gateways, if any
 */
public record Caller(String name, OptionalInt requestsPerMinute, OptionalInt jobsPerDay) {
  static final Caller ANONYMOUS = new Caller("", OptionalInt.empty(), OptionalInt.empty());

  /** The prefix of an OpenID subject's owner name; the name of a key's owner has no dot. */
  static final String OIDC_PREFIX = "oidc.";

  private static final String HASHED_OIDC_PREFIX = "oidc.sha256.";
  private static final int HASH_DIGITS = 32;
  private static final char SEPARATOR = ':';
  private static final int MAX_ID_LENGTH = 128;

  /**
   * The caller for an OpenID subject.
   *
   * @param subject the token's claim; it is hashed if a job id cannot contain it
   */
  static Caller ofSubject(String subject, OptionalInt requestsPerMinute, OptionalInt jobsPerDay) {
    String name =
        subject.matches("[A-Za-z0-9_-]{1,36}")
            ? OIDC_PREFIX + subject
            : HASHED_OIDC_PREFIX + Sha256.hex(subject).substring(0, HASH_DIGITS);
    return new Caller(name, requestsPerMinute, jobsPerDay);
  }

  /** The job's full id: adds the owner's name unless the id has it. */
  public String qualify(String id) {
    return canSee(id) ? id : name + SEPARATOR + id;
  }

  /** The length of the longest id, without the owner's name. */
  public int maxIdLength() {
    return name.isEmpty() ? MAX_ID_LENGTH : MAX_ID_LENGTH - name.length() - 1;
  }

  /** Whether the caller may see the job with the full id. */
  public boolean canSee(String id) {
    return name.isEmpty() || id.startsWith(name + SEPARATOR);
  }

  /** Whether the id is valid with the owner's name. */
  public boolean isValidJobId(String id) {
    return JobIds.isValid(id) && JobIds.isValid(qualify(id));
  }

  /** The owner in a job's full id; empty if it has none. */
  static String ownerOf(String id) {
    int separator = id.indexOf(SEPARATOR);
    return separator < 0 ? "" : id.substring(0, separator);
  }
}
