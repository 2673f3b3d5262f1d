package dev.sanaq.local;

/** This build of the program contains neither Kafka nor S3. */
public final class LocalServicesUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates it with a message for the user of the commands that need them. */
  public LocalServicesUnavailableException() {
    super(
        "Kafka and S3 for development are not part of the native executable: run local and demo on"
            + " the JVM, with java -jar target/quarkus-app/quarkus-run.jar");
  }
}
