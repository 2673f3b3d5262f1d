package dev.sanaq.webhook;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How far a delivery has come. */
public enum DeliveryStatus {
  /** It is tried until it is taken or the schedule is at its end. */
  @JsonProperty("pending")
  PENDING,
  /** The receiver took it. */
  @JsonProperty("delivered")
  DELIVERED,
  /** The receiver said that it wants no more: 410. */
  @JsonProperty("gone")
  GONE,
  /** Its address may not be called. */
  @JsonProperty("refused")
  REFUSED,
  /** The last attempt of the schedule failed. */
  @JsonProperty("exhausted")
  EXHAUSTED
}
