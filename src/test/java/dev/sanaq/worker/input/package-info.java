@NullMarked
package dev.sanaq.worker.input;

import org.jspecify.annotations.NullMarked;
