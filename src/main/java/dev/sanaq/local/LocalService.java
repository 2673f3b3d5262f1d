package dev.sanaq.local;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.storage.StorageConfig;
import java.util.Map;

/** A service of this machine that has started; close it in the end. */
interface LocalService extends AutoCloseable {
  /** The configuration that leads to it, by its keys, in the order to print it in. */
  Map<String, String> config();

  /** Makes what the configuration names and what is not there yet. */
  void provision(TopicsConfig topics, StorageConfig storage);

  @Override
  void close();
}
