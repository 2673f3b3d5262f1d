/** Opens a checkpoint and checks that every component is there and matches its config. */
@NullMarked
package dev.sanaq.checkpoint.read;

import org.jspecify.annotations.NullMarked;
