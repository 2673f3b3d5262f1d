@NullMarked
package dev.sanaq.worker.finish;

import org.jspecify.annotations.NullMarked;
