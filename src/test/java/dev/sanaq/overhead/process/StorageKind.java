package dev.sanaq.overhead.process;

/** The S3 server of a measurement. */
public enum StorageKind {
  /** The S3 server that comes with sanaq, on this machine's disk. */
  LOCAL,
  /** {@link InMemoryS3}, which costs little CPU time. */
  MEMORY
}
