/** The view of all jobs that a gateway builds from Kafka topics and from stored results. */
@NullMarked
package dev.sanaq.gateway.view;

import org.jspecify.annotations.NullMarked;
