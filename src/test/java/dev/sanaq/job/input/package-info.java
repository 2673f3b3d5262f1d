@NullMarked
package dev.sanaq.job.input;

import org.jspecify.annotations.NullMarked;
