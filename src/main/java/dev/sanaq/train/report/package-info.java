/** What a training run shows of itself: figures, a plot of its losses, a sheet of samples. */
@NullMarked
package dev.sanaq.train.report;

import org.jspecify.annotations.NullMarked;
