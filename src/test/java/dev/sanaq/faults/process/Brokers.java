package dev.sanaq.faults.process;

/** The brokers of a test, with the service's topics. They keep their ports and their data. */
public interface Brokers {
  /** Starts those that do not run and does not wait for them. */
  void start();

  /** Waits until all started brokers answer and the service's topics exist. */
  void awaitReady();

  /** Sends SIGKILL to all that run. */
  void kill();

  /** Sends SIGTERM to all that run and waits until they exit. */
  void stop();

  /** Returns the hosts and ports of all. */
  String bootstrapServers();
}
