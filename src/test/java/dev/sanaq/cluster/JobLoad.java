package dev.sanaq.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.kafka.TerminalEventReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends jobs over HTTP and Kafka, and counts their terminal events as a {@code read_committed}
 * reader receives them. Thread-safe.
 */
final class JobLoad implements AutoCloseable {
  private static final String TOPIC = "sanaq.requests";
  private static final String GROUP = "sanaq-workers";

  private final KafkaProducer<byte[], byte[]> producer;
  private final Admin admin;
  private final TerminalEventReader events;
  private final Map<String, List<String>> outcomes = new ConcurrentHashMap<>();

  JobLoad(String bootstrapServers) {
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    this.events =
        new TerminalEventReader(
            bootstrapServers,
            "sanaq.events",
            (job, outcome, time) ->
                outcomes.merge(
                    job,
                    List.of(outcome),
                    (before, one) -> {
                      List<String> all = new ArrayList<>(before);
                      all.addAll(one);
                      return all;
                    }));
  }

  /** Sends jobs to the topic and returns their ids. */
  Set<String> sendToKafka(String name, int count) {
    Set<String> ids =
        IntStream.range(0, count).mapToObj(i -> name + "-" + i).collect(Collectors.toSet());
    try {
      for (String id : ids) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        byte[] value =
            "{\"id\":\"%s\",%s}".formatted(id, request()).getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(TOPIC, key, value)).get();
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
    return ids;
  }

  /** Posts jobs to a gateway and returns their ids. */
  Set<String> post(GatewayTestClient gateway, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              GatewayTestClient.ApiResponse answer =
                  gateway.post("/v1/jobs", "{%s}".formatted(request()));
              if (answer.status() != 202) {
                throw new AssertionError("POST /v1/jobs: " + answer);
              }
              JsonNode id = answer.json().path("id");
              return id.asText();
            })
        .collect(Collectors.toSet());
  }

  /** Returns how many of the jobs have no terminal event yet. */
  long open(Collection<String> jobs) {
    events.throwIfFailed();
    return jobs.stream().filter(job -> !outcomes.containsKey(job)).count();
  }

  /** Returns the jobs whose terminal events are not exactly one {@code completed}. */
  Map<String, List<String>> wrong(Collection<String> jobs) {
    events.throwIfFailed();
    return jobs.stream()
        .filter(job -> !outcomes.getOrDefault(job, List.of()).equals(List.of("completed")))
        .collect(Collectors.toMap(job -> job, job -> outcomes.getOrDefault(job, List.of())));
  }

  /** Deletes all records of the topic of requests, as retention does. */
  void deleteRequests() {
    try {
      Map<TopicPartition, RecordsToDelete> all =
          offsets(OffsetSpec.latest()).entrySet().stream()
              .collect(
                  Collectors.toMap(
                      Map.Entry::getKey, e -> RecordsToDelete.beforeOffset(e.getValue())));
      admin.deleteRecords(all).all().get();
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the requests that the workers' group has not committed, as KEDA counts them. */
  long lag() {
    try {
      Map<TopicPartition, Long> ends = offsets(OffsetSpec.latest());
      Map<TopicPartition, Long> starts = offsets(OffsetSpec.earliest());
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata(GROUP).get();
      return ends.entrySet().stream()
          .mapToLong(
              end -> {
                OffsetAndMetadata offset = committed.get(end.getKey());
                return end.getValue()
                    - (offset == null ? starts.getOrDefault(end.getKey(), 0L) : offset.offset());
              })
          .sum();
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    events.close();
    producer.close();
    admin.close();
  }

  private Map<TopicPartition, Long> offsets(OffsetSpec spec)
      throws ExecutionException, InterruptedException {
    int partitions =
        admin.describeTopics(List.of(TOPIC)).allTopicNames().get().values().stream()
            .mapToInt(topic -> topic.partitions().size())
            .sum();
    Map<TopicPartition, OffsetSpec> specs =
        IntStream.range(0, partitions)
            .mapToObj(i -> new TopicPartition(TOPIC, i))
            .collect(Collectors.toMap(p -> p, p -> spec));
    return admin.listOffsets(specs).all().get().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().offset()));
  }

  private static String request() {
    return "\"prompt\":\"a fox\",\"width\":128,\"height\":128,\"steps\":%s,\"resolutionBinning\":false"
        .formatted(Integer.getInteger("cluster.steps", 20));
  }
}
