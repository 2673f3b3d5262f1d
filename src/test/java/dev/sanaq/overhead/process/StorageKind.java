package dev.sanaq.overhead.process;

/** What the images are put on. */
public enum StorageKind {
  /** The S3 server that comes with the project, on this machine's disk. */
  LOCAL,
  /** {@link InMemoryS3}: it costs nearly nothing, so that the rest can be seen. */
  MEMORY
}
