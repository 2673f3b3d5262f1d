@NullMarked
package dev.sanaq.kafka.event;

import org.jspecify.annotations.NullMarked;
