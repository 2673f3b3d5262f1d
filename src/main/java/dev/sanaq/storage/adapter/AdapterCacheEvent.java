package dev.sanaq.storage.adapter;

import java.util.Locale;

/** What happens in an {@link AdapterCache}. */
public enum AdapterCacheEvent {
  /** A file was there already. */
  CACHED,
  /** A file was downloaded. */
  FETCHED,
  /** The object is missing, too large, or not the one that the request names. */
  REJECTED,
  /** The storage could not be read, or the folder not be written. */
  FAILED,
  /** A file was deleted to make room. */
  EVICTED;

  /** The metrics label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
