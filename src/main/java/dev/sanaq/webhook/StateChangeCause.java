package dev.sanaq.webhook;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a delivery's state was written. */
public enum StateChangeCause {
  /** An event was read; this changes nothing if the delivery is known. */
  @JsonProperty("event")
  EVENT,
  /** An attempt has ended. */
  @JsonProperty("attempt")
  ATTEMPT,
  /** A client has requested it again. */
  @JsonProperty("resend")
  RESEND
}
