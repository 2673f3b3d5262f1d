package dev.sanaq.webhook;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The status of a delivery. */
public enum DeliveryStatus {
  /** An attempt is running or scheduled. */
  @JsonProperty("pending")
  PENDING,
  /** The receiver accepted it. */
  @JsonProperty("delivered")
  DELIVERED,
  /** The receiver answered 410 Gone. */
  @JsonProperty("gone")
  GONE,
  /** The URL policy does not allow its URL. */
  @JsonProperty("refused")
  REFUSED,
  /** The last attempt of the schedule failed. */
  @JsonProperty("exhausted")
  EXHAUSTED
}
