/**
 * Faults of SmallRye's Kafka connector that keep the worker's intake and its transactions off it.
 * Each test asserts the faulty behaviour: it fails when an upgrade mends the fault. The
 * documentation's page {@code messaging.md} describes them.
 */
@NullMarked
package dev.sanaq.kafka.smallrye;

import org.jspecify.annotations.NullMarked;
