/** Tests of what a run shows of itself. */
@NullMarked
package dev.sanaq.train.report;

import org.jspecify.annotations.NullMarked;
