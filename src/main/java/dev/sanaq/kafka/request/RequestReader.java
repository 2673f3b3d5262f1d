package dev.sanaq.kafka.request;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The door: takes a record, gives a job or says why there is none. Any number of threads. */
public final class RequestReader {
  private final RecordDecoder decoder;
  private final RequestValidator rules;

  public RequestReader(RecordDecoder decoder, RequestValidator rules) {
    this.decoder = decoder;
    this.rules = rules;
  }

  /** Reads and checks a record; nothing that it holds makes this throw. */
  public ReadResult read(ConsumerRecord<byte[], byte[]> record) {
    DecodedRecord decoded = decoder.decode(record);
    if (decoded instanceof DecodedRecord.Unreadable unreadable) {
      return new ReadResult.Unreadable(unreadable.reason(), unreadable.id());
    }
    DecodedRecord.Request readable = (DecodedRecord.Request) decoded;
    ValidationResult checked = rules.validate(readable.request(), readable.derivedId());
    if (checked instanceof ValidationResult.Valid accepted) {
      return new ReadResult.Accepted(accepted.job());
    }
    return new ReadResult.Invalid(((ValidationResult.Invalid) checked).failure());
  }

  /** The failure of a record that could not be read but said whose it is. */
  public static Failed toFailure(ReadResult.Unreadable record) {
    String message = "the request could not be read: " + record.reason();
    return new Failed(
        record.id(), JobError.of(ErrorCode.INVALID_REQUEST, message), 0, Map.of(), "");
  }
}
