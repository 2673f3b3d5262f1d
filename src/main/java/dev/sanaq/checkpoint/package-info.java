/**
 * Checkpoints on disk in the published (diffusers) layout. Errors and JSON files, shared by the
 * packages below.
 */
@NullMarked
package dev.sanaq.checkpoint;

import org.jspecify.annotations.NullMarked;
