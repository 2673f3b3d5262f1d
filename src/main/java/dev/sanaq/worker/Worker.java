package dev.sanaq.worker;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The consumer's loop: reads records while there is room for them, publishes what has ended, and
 * keeps the membership however long a job takes. Partitions leave with their jobs ended or given
 * up. Call {@link #start} once, later {@link #drain}.
 */
final class Worker {
  private static final Logger LOG = Logger.getLogger(Worker.class);
  private static final Duration IDLE_POLL = Duration.ofMillis(200);
  // A look at the consumer costs several hand-overs to its own thread, whatever it finds.
  private static final Duration BUSY_PAUSE = Duration.ofMillis(3);
  private static final Duration LAST_STEP = Duration.ofSeconds(20);

  private final Consumer<byte[], byte[]> consumer;
  private final Settings settings;
  private final Door door;
  private final Desk desk;
  private final InFlight inFlight;
  private final Ledger ledger;
  private final StorageGate gate;
  private final Claims claims;
  private final Leaving leaving;
  private final Thread loop;
  private final Connection connection;
  private volatile boolean forced;
  private boolean away;
  private boolean ended;

  /**
   * What the loop has to know.
   *
   * @param topics to read
   * @param capacity jobs that may wait here
   * @param handover how long a partition that goes elsewhere is kept for its jobs in work
   * @param retryPause between looks at a storage that is away
   */
  record Settings(List<String> topics, int capacity, Duration handover, Duration retryPause) {}

  /**
   * @param consumer the worker's to use and to close from now on
   */
  Worker(
      Consumer<byte[], byte[]> consumer,
      Settings settings,
      Door door,
      Desk desk,
      InFlight inFlight,
      Ledger ledger,
      StorageGate gate,
      Claims claims,
      Leaving leaving) {
    this.consumer = consumer;
    this.settings = settings;
    this.door = door;
    this.desk = desk;
    this.inFlight = inFlight;
    this.ledger = ledger;
    this.gate = gate;
    this.claims = claims;
    this.leaving = leaving;
    this.connection = new Connection(consumer);
    this.loop = new Thread(this::run, "sanaq-worker");
    this.loop.setDaemon(true);
  }

  /** Joins the group and begins. */
  void start() {
    loop.start();
  }

  /** Whether the loop goes on, or has ended as it was told to. */
  boolean isHealthy() {
    return leaving.hasBegun() || loop.getState() == Thread.State.NEW || loop.isAlive();
  }

  /** What keeps jobs from being taken, in words; nothing where nothing does. */
  Optional<String> trouble() {
    if (leaving.hasBegun()) {
      return Optional.of("draining");
    }
    Optional<String> outage = gate.outage().map(why -> "the storage takes nothing: " + why);
    return outage.isPresent() ? outage : connection.trouble();
  }

  /**
   * Waits for the end of the work on the device and leaves the group. Jobs that do not end within
   * the grace are given up at their next step: another worker does them again.
   */
  void drain(Duration grace) {
    if (!joined(grace)) {
      LOG.warnf("jobs that did not end within %s are left to another worker", grace);
      forced = true;
      inFlight.abandon(all());
      joined(LAST_STEP);
    }
  }

  private boolean joined(Duration patience) {
    try {
      loop.join(Math.max(1, patience.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !loop.isAlive();
  }

  private void run() {
    try {
      consumer.subscribe(settings.topics(), new Rebalance());
      while (!leaving.hasBegun() || isBusy()) {
        step();
      }
    } finally {
      ended = true;
      inFlight.abandon(all());
      ledger.close();
      consumer.close();
    }
  }

  private boolean isBusy() {
    return inFlight.size() > 0 || (!forced && !ledger.isSettled());
  }

  private void step() {
    try {
      if (away) {
        comeBack();
      } else if (gate.outage().isPresent()) {
        goAway();
      } else {
        pauseOrResume();
        take(consumer.poll(hasWork() ? Duration.ZERO : IDLE_POLL));
      }
      ledger.publish();
      if (hasWork()) {
        sleep(BUSY_PAUSE);
      }
    } catch (KafkaException e) {
      LOG.errorf(e, "Kafka refuses; the next try is in %s", settings.retryPause());
      sleep(settings.retryPause());
    }
  }

  private boolean hasWork() {
    return desk.size() > 0 || inFlight.size() > 0 || !ledger.isSettled();
  }

  private void take(ConsumerRecords<byte[], byte[]> records) {
    if (records.isEmpty()) {
      return;
    }
    try {
      ledger.open(records.partitions());
    } catch (KafkaException e) {
      // Nothing of it can be worked on yet, so it is to be read again.
      records.partitions().forEach(p -> consumer.seek(p, records.records(p).get(0).offset()));
      throw e;
    }
    for (ConsumerRecord<byte[], byte[]> record : records) {
      PartitionProgress lease =
          ledger.lease(new TopicPartition(record.topic(), record.partition()));
      if (lease.read(record.offset())) {
        door.take(record, lease);
      }
    }
  }

  private void pauseOrResume() {
    Set<TopicPartition> paused = new HashSet<>(consumer.assignment());
    if (!isClosed()) {
      paused.retainAll(ledger.full());
    }
    Set<TopicPartition> resumed = new HashSet<>(consumer.paused());
    resumed.removeAll(paused);
    paused.removeAll(consumer.paused());
    consumer.resume(resumed);
    consumer.pause(paused);
  }

  private boolean isClosed() {
    return leaving.hasBegun()
        || gate.isTroubled()
        || ledger.isTroubled()
        || desk.size() >= settings.capacity();
  }

  // With the storage away other workers, whose storage may be there, get the partitions.
  private void goAway() {
    desk.remove(all());
    inFlight.abandon(all());
    awaitEnd(all(), LAST_STEP);
    ledger.publishNow();
    consumer.unsubscribe();
    away = true;
  }

  private void comeBack() {
    if (!leaving.hasBegun() && gate.reopens() && isPaid()) {
      consumer.subscribe(settings.topics(), new Rebalance());
      away = false;
    } else {
      sleep(settings.retryPause());
    }
  }

  private boolean isPaid() {
    try {
      claims.payDebts();
      return true;
    } catch (RuntimeException e) {
      LOG.warnf("attempts are not given back yet: %s", e.getMessage());
      return false;
    }
  }

  /** Publishes while those end, but not for ever. */
  private void awaitEnd(Predicate<Ticket> which, Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    while (inFlight.any(which) && System.nanoTime() - until < 0 && !forced) {
      ledger.publish();
      sleep(BUSY_PAUSE);
    }
  }

  private static Predicate<Ticket> all() {
    return ticket -> true;
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (ended) {
        return;
      }
      Predicate<Ticket> theirs = ticket -> partitions.contains(ticket.partition());
      desk.remove(theirs);
      awaitEnd(theirs, gate.outage().isPresent() ? Duration.ZERO : settings.handover());
      inFlight.abandon(theirs);
      ledger.publishNow();
      ledger.release(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      Predicate<Ticket> theirs = ticket -> partitions.contains(ticket.partition());
      desk.remove(theirs);
      inFlight.abandon(theirs);
      ledger.release(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      // What is committed for them is asked for when their first record is there.
    }
  }
}
