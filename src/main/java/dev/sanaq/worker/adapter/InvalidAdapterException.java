package dev.sanaq.worker.adapter;

import dev.sanaq.job.FieldError;
import dev.sanaq.job.JobError;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.validation.SafeText;
import java.util.List;

/** A job names an adapter by a URI that leads to none, or to one that it cannot use. */
public final class InvalidAdapterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JobError error;

  /**
   * @param index of the adapter in the request
   */
  InvalidAdapterException(int index, String uri, RuntimeException cause) {
    super(cause.getMessage(), cause);
    this.error =
        JobError.invalid(
            List.of(
                new FieldError(
                    "%s[%s].%s".formatted(RequestFields.ADAPTERS, index, RequestFields.ADAPTER_URI),
                    SafeText.describe(uri),
                    "a usable adapter; this one is not: " + cause.getMessage())));
  }

  /** The job's error, which names the field. */
  public JobError error() {
    return error;
  }
}
