/** Reports of a training run: metrics, a plot of its losses, a sheet of samples. */
@NullMarked
package dev.sanaq.train.report;

import org.jspecify.annotations.NullMarked;
