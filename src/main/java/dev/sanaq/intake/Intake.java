package dev.sanaq.intake;

import dev.sanaq.job.Checked;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.job.JobRules;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The door: takes a record, gives a job or says why there is none. Any number of threads. */
public final class Intake {
  private final RecordDecoder decoder;
  private final JobRules rules;

  public Intake(RecordDecoder decoder, JobRules rules) {
    this.decoder = decoder;
    this.rules = rules;
  }

  /** Reads and checks a record; nothing that it holds makes this throw. */
  public Admission admit(ConsumerRecord<byte[], byte[]> record) {
    Decoded decoded = decoder.decode(record);
    if (decoded instanceof Decoded.Unreadable unreadable) {
      return new Admission.Unreadable(unreadable.reason(), unreadable.id());
    }
    Decoded.Request readable = (Decoded.Request) decoded;
    Checked checked = rules.check(readable.request(), readable.derivedId());
    if (checked instanceof Checked.Accepted accepted) {
      return new Admission.Admitted(accepted.job());
    }
    return new Admission.Refused(((Checked.Refused) checked).failure());
  }

  /** The failure of a record that could not be read but said whose it is. */
  public static Failed unreadable(Admission.Unreadable record) {
    String message = "the request could not be read: " + record.reason();
    return new Failed(
        record.id(), JobError.of(ErrorCode.INVALID_REQUEST, message), 0, Map.of(), "");
  }
}
