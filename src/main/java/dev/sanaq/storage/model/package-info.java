/** Checkpoints on S3: pushed with a manifest of checksums, pulled whole or not at all. */
@NullMarked
package dev.sanaq.storage.model;

import org.jspecify.annotations.NullMarked;
