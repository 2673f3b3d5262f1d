/** Starts and stops the gateway: its Kafka consumers, its view of the jobs, its readiness. */
@NullMarked
package dev.sanaq.gateway.lifecycle;

import org.jspecify.annotations.NullMarked;
