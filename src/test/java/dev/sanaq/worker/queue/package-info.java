@NullMarked
package dev.sanaq.worker.queue;

import org.jspecify.annotations.NullMarked;
