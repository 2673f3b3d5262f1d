/**
 * Jobs over HTTP: submitted, watched, cancelled and fetched by those who do not speak Kafka. No
 * model and no state of its own: Kafka and the storage are the truth.
 */
@NullMarked
package dev.sanaq.gateway;

import org.jspecify.annotations.NullMarked;
