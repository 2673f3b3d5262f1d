package dev.sanaq.worker.queue;

/**
 * The phase of a job on this worker. {@code package-info} of {@code dev.sanaq.worker} has the state
 * diagram, with the class and the thread of every transition.
 */
public enum JobPhase {
  /** In the {@link JobQueue}. */
  QUEUED,
  /** Out of the queue: its attempt is being counted, or it is counted and waits for the device. */
  STARTING,
  /** In a batch on the device. */
  RUNNING,
  /** Its images are encoded, stored and uploaded. */
  STORING,
  /** An end: the outcome is among the pending results, to be committed with the offset. */
  PUBLISHING,
  /** The other end: another worker reads the record again. */
  ABANDONED;

  boolean canMoveTo(JobPhase next) {
    return switch (this) {
      case QUEUED -> next == STARTING || next == ABANDONED;
      case STARTING -> next != STARTING && next != STORING;
      case RUNNING -> next == STORING || next == PUBLISHING || next == ABANDONED;
      case STORING -> next == PUBLISHING || next == ABANDONED;
      case PUBLISHING, ABANDONED -> false;
    };
  }
}
