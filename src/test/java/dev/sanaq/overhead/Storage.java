package dev.sanaq.overhead;

/** What the pictures are put on. */
enum Storage {
  /** The S3 server that comes with the project, on this machine's disk. */
  LOCAL,
  /** {@link MemoryS3}: it costs nearly nothing, so that the rest can be seen. */
  MEMORY
}
