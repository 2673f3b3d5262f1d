package dev.sanaq.kafka.request;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Decodes and validates request records. Any number of threads. */
public final class RequestReader {
  private final RecordDecoder decoder;
  private final RequestValidator validator;

  public RequestReader(RecordDecoder decoder, RequestValidator validator) {
    this.decoder = decoder;
    this.validator = validator;
  }

  /** Decodes and validates a record; never throws. */
  public ReadResult read(ConsumerRecord<byte[], byte[]> record) {
    DecodedRecord decoded = decoder.decode(record);
    if (decoded instanceof DecodedRecord.Unreadable unreadable) {
      return new ReadResult.Unreadable(unreadable.reason(), unreadable.id());
    }
    DecodedRecord.Request request = (DecodedRecord.Request) decoded;
    ValidationResult result = validator.validate(request.request(), request.derivedId());
    if (result instanceof ValidationResult.Valid valid) {
      return new ReadResult.Accepted(valid.job());
    }
    return new ReadResult.Invalid(((ValidationResult.Invalid) result).failure());
  }

  /** The outcome of a record that could not be read except for its job id. */
  public static Failed toFailure(ReadResult.Unreadable record) {
    String message = "the request could not be read: " + record.reason();
    return new Failed(
        record.id(), JobError.of(ErrorCode.INVALID_REQUEST, message), 0, Map.of(), "");
  }
}
