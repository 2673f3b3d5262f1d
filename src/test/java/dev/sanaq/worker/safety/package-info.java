@NullMarked
package dev.sanaq.worker.safety;

import org.jspecify.annotations.NullMarked;
