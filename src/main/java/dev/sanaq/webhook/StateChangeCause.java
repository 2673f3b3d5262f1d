package dev.sanaq.webhook;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a delivery's state was written. */
public enum StateChangeCause {
  /** The event was read; where the delivery is known already, this changes nothing. */
  @JsonProperty("event")
  EVENT,
  /** An attempt has been made. */
  @JsonProperty("attempt")
  ATTEMPT,
  /** Somebody wants it sent again. */
  @JsonProperty("resend")
  RESEND
}
