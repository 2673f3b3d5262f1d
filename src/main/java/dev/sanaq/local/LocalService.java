package dev.sanaq.local;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.storage.StorageConfig;
import java.util.Map;

/** A running local service; close it in the end. */
interface LocalService extends AutoCloseable {
  /** The configuration of its address, by key, in printing order. */
  Map<String, String> config();

  /** Creates the configured topics or bucket, if they do not exist. */
  void provision(TopicsConfig topics, StorageConfig storage);

  @Override
  void close();
}
