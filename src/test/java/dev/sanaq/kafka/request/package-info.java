@NullMarked
package dev.sanaq.kafka.request;

import org.jspecify.annotations.NullMarked;
