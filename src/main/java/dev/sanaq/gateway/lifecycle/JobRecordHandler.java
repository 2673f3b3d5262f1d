package dev.sanaq.gateway.lifecycle;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.auth.DailyQuota;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.view.JobEvent;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.gateway.view.LiveWorkers;
import dev.sanaq.job.JobIds;
import dev.sanaq.job.UrlRedaction;
import dev.sanaq.job.validation.RequestFingerprint;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.kafka.request.DecodedRecord;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.kafka.request.RecordDecoder;
import jakarta.enterprise.context.Dependent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Applies request and event records to the job view, the live workers, the backlog and the daily
 * quotas. One thread, the {@link JobViewUpdater}'s, except {@link #setCommittedOffsets}.
 */
@Dependent
final class JobRecordHandler {
  private static final Logger LOG = Logger.getLogger(JobRecordHandler.class);

  private final ModelPools pools;
  private final RecordDecoder decoder;
  private final JobView view;
  private final Backlog backlog;
  private final DailyQuota dailyQuota;
  private final LiveWorkers workers;
  private final Map<TopicPartition, Long> committedOffsets = new ConcurrentHashMap<>();

  JobRecordHandler(
      ModelPools pools,
      LimitsConfig limits,
      JobView view,
      Backlog backlog,
      DailyQuota dailyQuota,
      LiveWorkers workers) {
    this.pools = pools;
    this.decoder = new RecordDecoder(limits.maxRecordBytes());
    this.view = view;
    this.backlog = backlog;
    this.dailyQuota = dailyQuota;
    this.workers = workers;
  }

  /** Sets what the workers had committed: requests before these offsets are not in the backlog. */
  void setCommittedOffsets(Map<TopicPartition, Long> offsets) {
    committedOffsets.putAll(offsets);
  }

  /** Applies a record; logs what cannot be read, and never throws. */
  void handle(ConsumerRecord<byte[], byte[]> record) {
    try {
      Optional<ModelPool> pool = pools.ofTopic(record.topic());
      if (pool.isPresent()) {
        handleRequest(record, pool.get());
      } else {
        handleEvent(CloudEvent.of(record), Instant.ofEpochMilli(record.timestamp()));
      }
    } catch (BadJsonException e) {
      LOG.debugf("%s-%d@%d: %s", record.topic(), record.partition(), record.offset(), e);
    } catch (RuntimeException e) {
      // One record with an unexpected error must not stop the view.
      LOG.errorf(
          e,
          "bug while reading %s-%d@%d; skipped",
          record.topic(),
          record.partition(),
          record.offset());
    }
  }

  /** Drops jobs whose requests were deleted before the first offset of their partition. */
  void dropDeleted(ModelPool pool, Map<Integer, Long> firstOffsets) {
    int dropped = view.dropDeleted(pool.model(), firstOffsets);
    if (dropped > 0) {
      LOG.warnf(
          "%d queued requests were deleted by the retention of %s before a worker read them",
          dropped, pool.topic());
    }
  }

  /** The topics are read to their ends for the first time. */
  void onCaughtUp() {
    view.onCaughtUp();
    workers.onCaughtUp();
  }

  /** Whether {@link #onCaughtUp} was called. */
  boolean isCaughtUp() {
    return view.isCaughtUp();
  }

  private void handleEvent(CloudEvent event, Instant sentAt) {
    WorkerStatus.of(event).ifPresent(status -> workers.onStatus(status, sentAt));
    if (JobEvent.sequence(event.subject(), event.id()) != JobEvent.BEFORE_FIRST) {
      backlog.observe(event);
      view.onEvent(event);
    }
  }

  private void handleRequest(ConsumerRecord<byte[], byte[]> record, ModelPool pool) {
    if (!(decoder.decode(record) instanceof DecodedRecord.Request decoded)) {
      return;
    }
    Map<String, Object> fields = decoded.request().fields();
    String requestedId = JsonMaps.string(fields, "id");
    String id = JobIds.isValid(requestedId) ? requestedId : decoded.derivedId();
    Instant time = Instant.ofEpochMilli(record.timestamp());
    TopicPartition source = new TopicPartition(record.topic(), record.partition());
    dailyQuota.countJob(id, time);
    view.onRequest(
        id,
        new JobSnapshot.SubmittedRequest(
            time,
            new String(Json.write(UrlRedaction.redact(fields)), StandardCharsets.UTF_8),
            RequestFingerprint.of(decoded.request()),
            record.offset() < committedOffsets.getOrDefault(source, 0L),
            pool.model(),
            record.partition(),
            record.offset()),
        fields);
  }
}
