package dev.sanaq.overhead.process;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A run's own topics, so that no worker meets another's requests.
 *
 * @param run names the run
 */
public record RunTopics(String run) {
  private static final int PARTITIONS = 12;

  public String requests() {
    return "overhead.requests." + run;
  }

  public String events() {
    return "overhead.events." + run;
  }

  String group() {
    return "overhead-" + run;
  }

  /** Creates them. */
  public void create(String bootstrapServers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      List<NewTopic> topics =
          List.of(
              new NewTopic(requests(), PARTITIONS, (short) 1),
              new NewTopic(events(), PARTITIONS, (short) 1));
      admin.createTopics(topics).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("no topics for " + run, e);
    }
  }
}
