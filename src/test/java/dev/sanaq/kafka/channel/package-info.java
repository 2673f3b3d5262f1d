@NullMarked
package dev.sanaq.kafka.channel;

import org.jspecify.annotations.NullMarked;
