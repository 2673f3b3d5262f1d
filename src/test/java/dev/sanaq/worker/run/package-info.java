@NullMarked
package dev.sanaq.worker.run;

import org.jspecify.annotations.NullMarked;
