/** The configs of a checkpoint: {@code config.json} of each component. */
@NullMarked
package dev.sanaq.checkpoint.config;

import org.jspecify.annotations.NullMarked;
