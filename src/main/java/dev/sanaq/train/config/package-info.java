/** The settings of a training run. */
@NullMarked
package dev.sanaq.train.config;

import org.jspecify.annotations.NullMarked;
