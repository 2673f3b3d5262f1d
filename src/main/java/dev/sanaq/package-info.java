/** sanaq: text-to-image as a Kafka-driven service. */
@NullMarked
package dev.sanaq;

import org.jspecify.annotations.NullMarked;
