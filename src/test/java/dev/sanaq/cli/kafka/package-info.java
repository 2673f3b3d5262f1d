@NullMarked
package dev.sanaq.cli.kafka;

import org.jspecify.annotations.NullMarked;
