/** Commands about checkpoints: {@code inspect}, {@code model push} and {@code model pull}. */
@NullMarked
package dev.sanaq.cli.model;

import org.jspecify.annotations.NullMarked;
