/** The training loop: steps, snapshots, metrics. */
@NullMarked
package dev.sanaq.train.loop;

import org.jspecify.annotations.NullMarked;
