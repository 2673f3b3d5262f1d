/** Checkpoints on S3: pushed with a manifest of checksums, pulled completely or not at all. */
@NullMarked
package dev.sanaq.storage.model;

import org.jspecify.annotations.NullMarked;
