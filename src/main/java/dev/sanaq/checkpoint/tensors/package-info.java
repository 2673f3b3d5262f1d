/** The tensors that each component must have, by its config. */
@NullMarked
package dev.sanaq.checkpoint.tensors;

import org.jspecify.annotations.NullMarked;
