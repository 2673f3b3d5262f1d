/** Commands below {@code train}. */
@NullMarked
package dev.sanaq.cli.train;

import org.jspecify.annotations.NullMarked;
