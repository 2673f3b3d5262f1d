@NullMarked
package dev.sanaq.worker.attempt;

import org.jspecify.annotations.NullMarked;
