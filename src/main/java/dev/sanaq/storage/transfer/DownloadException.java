package dev.sanaq.storage.transfer;

/** A download failed; what it got so far stays for the next one, unless it had the wrong bytes. */
public final class DownloadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why a download failed. */
  public enum Reason {
    /** There is no such object. */
    MISSING,
    /** The object has another length or hash, at a second download too. */
    MISMATCH,
    /** The storage refuses the read, or keeps failing. */
    FAILED
  }

  DownloadException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  DownloadException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why it failed. */
  public Reason reason() {
    return reason;
  }
}
