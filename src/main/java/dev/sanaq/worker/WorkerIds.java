package dev.sanaq.worker;

import java.util.UUID;

/** Ids for workers without a configured one. */
final class WorkerIds {
  private WorkerIds() {}

  /** The host name, for people, and a random part that makes the id unique. */
  static String generate() {
    String host = System.getenv().getOrDefault("HOSTNAME", "worker");
    return host + "-" + UUID.randomUUID().toString().substring(0, 8);
  }
}
