package dev.sanaq.gateway;

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

  private static final char SEPARATOR = ':';
  private static final int LONGEST_ID = 128;

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
