package dev.sanaq.cluster.kubelet;

/** A pod refers to a Secret, a ConfigMap or an entry that does not exist (yet). */
final class MissingReferenceException extends Exception {
  private static final long serialVersionUID = 1;

  MissingReferenceException(String message) {
    super(message);
  }
}
