package dev.sanaq.nativeimage.train;

/** This build of the program does not contain the trainer. */
final class TrainerUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates it with a message for the user of {@code train}. */
  TrainerUnavailableException() {
    super(
        "train needs the JVM build, the trainer is not part of the native executable: java -jar"
            + " target/quarkus-app/quarkus-run.jar train");
  }
}
