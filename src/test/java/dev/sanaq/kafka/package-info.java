@NullMarked
package dev.sanaq.kafka;

import org.jspecify.annotations.NullMarked;
