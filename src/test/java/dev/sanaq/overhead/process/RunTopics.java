package dev.sanaq.overhead.process;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * The topics and the consumer group of one run, so that no worker reads another run's requests.
 *
 * @param run the name of the run
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

  /** Creates the topics. */
  public void create(String bootstrapServers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      List<NewTopic> topics =
          List.of(
              new NewTopic(requests(), PARTITIONS, (short) 1),
              new NewTopic(events(), PARTITIONS, (short) 1));
      admin.createTopics(topics).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("cannot create the topics of run " + run, e);
    }
  }
}
