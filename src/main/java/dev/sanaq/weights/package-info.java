/**
 * Checkpoints on the storage: published with a manifest of checksums, fetched whole or not at all.
 */
@NullMarked
package dev.sanaq.weights;

import org.jspecify.annotations.NullMarked;
