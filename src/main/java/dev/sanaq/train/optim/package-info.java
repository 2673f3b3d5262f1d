/** Trainable programs, their optimizers and initial weights. */
@NullMarked
package dev.sanaq.train.optim;

import org.jspecify.annotations.NullMarked;
