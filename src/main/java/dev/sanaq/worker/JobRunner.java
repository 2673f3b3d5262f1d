package dev.sanaq.worker;

import dev.sanaq.event.DeadLetters;
import dev.sanaq.event.Events;
import dev.sanaq.event.LiveEvents;
import dev.sanaq.event.Publication;
import dev.sanaq.intake.Admission;
import dev.sanaq.intake.Intake;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.storage.Committed;
import dev.sanaq.storage.ResultStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The way of one request, from its record to what is to be published: read, checked, looked up,
 * drawn, stored. Whatever happens on the way becomes a terminal event. One thread, the drawing one.
 */
final class JobRunner {
  private static final Logger LOG = Logger.getLogger(JobRunner.class);

  private final Intake intake;
  private final ResultStore store;
  private final Studio studio;
  private final Events events;
  private final LiveEvents live;
  private final DeadLetters deadLetters;
  private final Settings settings;

  /**
   * What the runner has to know.
   *
   * @param worker this worker's name
   * @param eventTopic where events go
   * @param progressInterval progress at most this often
   * @param clock tells the time
   */
  record Settings(String worker, String eventTopic, Duration progressInterval, Clock clock) {}

  JobRunner(
      Intake intake,
      ResultStore store,
      Studio studio,
      Events events,
      LiveEvents live,
      DeadLetters deadLetters,
      Settings settings) {
    this.intake = intake;
    this.store = store;
    this.studio = studio;
    this.events = events;
    this.live = live;
    this.deadLetters = deadLetters;
    this.settings = settings;
  }

  /**
   * Does all that a record asks for, the publishing aside.
   *
   * @param abandoned asked between steps whether there is any use in going on
   * @throws AbandonedException where there is none
   */
  Publication run(ConsumerRecord<byte[], byte[]> record, BooleanSupplier abandoned) {
    TopicPartition source = new TopicPartition(record.topic(), record.partition());
    return new Publication(source, record.offset(), records(record, abandoned));
  }

  // A record that makes the program itself fail must not be read for ever.
  private List<ProducerRecord<byte[], byte[]>> records(
      ConsumerRecord<byte[], byte[]> record, BooleanSupplier abandoned) {
    try {
      Admission admission = intake.admit(record);
      if (admission instanceof Admission.Unreadable unreadable) {
        return unreadable(record, unreadable);
      }
      return List.of(
          admission instanceof Admission.Refused refused
              ? ended(refused.failure())
              : done(((Admission.Admitted) admission).job(), abandoned));
    } catch (AbandonedException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      LOG.errorf(e, "offset %d of %s-%d", record.offset(), record.topic(), record.partition());
      String reason = "the program failed on it: " + e.getClass().getSimpleName();
      return unreadable(record, new Admission.Unreadable(reason, ""));
    }
  }

  private List<ProducerRecord<byte[], byte[]>> unreadable(
      ConsumerRecord<byte[], byte[]> record, Admission.Unreadable unreadable) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    records.add(deadLetters.of(record, unreadable.reason()));
    if (!unreadable.id().isEmpty()) {
      records.add(ended(Intake.unreadable(unreadable)));
    }
    return records;
  }

  private ProducerRecord<byte[], byte[]> done(Job job, BooleanSupplier abandoned) {
    try {
      return ended(outcome(job, abandoned));
    } catch (AbandonedException e) {
      throw e;
    } catch (Throwable e) {
      return ended(Failures.of(job, e));
    }
  }

  private JobOutcome outcome(Job job, BooleanSupplier abandoned) {
    Optional<Completed> earlier = store.find(job.id());
    if (earlier.isPresent()) {
      return sameOrConflict(job, earlier.get());
    }
    return intake.expired(job) ? intake.expiry(job) : drawn(job, abandoned);
  }

  private JobOutcome drawn(Job job, BooleanSupplier abandoned) {
    live.tell(events.started(job, settings.worker()));
    try {
      Completed result =
          studio.make(
              job,
              new ProgressTeller(
                  job, events, live, settings.clock(), settings.progressInterval(), abandoned));
      Committed committed = store.commit(result);
      return committed instanceof Committed.Ours ours
          ? ours.result()
          : conflict(job, ((Committed.Theirs) committed).result());
    } finally {
      live.flush();
    }
  }

  private static JobOutcome sameOrConflict(Job job, Completed earlier) {
    return earlier.fingerprint().equals(job.fingerprint()) ? earlier : conflict(job, earlier);
  }

  private static Failed conflict(Job job, Completed earlier) {
    String message =
        "the id %s belongs to another request, completed at %s; send this one under an id of its own"
            .formatted(job.id(), earlier.completedAt());
    return new Failed(
        job.id(),
        JobError.of(ErrorCode.ID_CONFLICT, message),
        0,
        job.metadata(),
        job.callbackUrl());
  }

  private ProducerRecord<byte[], byte[]> ended(JobOutcome outcome) {
    LOG.infof(
        "job %s %s",
        outcome.id(),
        outcome instanceof Failed failed ? failed.error().code().label() : "completed");
    return events.ended(outcome).toRecord(settings.eventTopic());
  }
}
