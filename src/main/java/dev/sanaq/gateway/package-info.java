/**
 * Jobs over HTTP, for clients that do not speak Kafka. The gateway loads no model and keeps no
 * state of its own: Kafka and S3 are the source of truth.
 */
@NullMarked
package dev.sanaq.gateway;

import org.jspecify.annotations.NullMarked;
