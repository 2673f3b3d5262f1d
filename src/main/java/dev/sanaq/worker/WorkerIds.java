package dev.sanaq.worker;

import java.util.UUID;

/** Names for workers that were given none. */
final class WorkerIds {
  private WorkerIds() {}

  /** The host's name, for people, and something that no other worker has. */
  static String generate() {
    String host = System.getenv().getOrDefault("HOSTNAME", "worker");
    return host + "-" + UUID.randomUUID().toString().substring(0, 8);
  }
}
