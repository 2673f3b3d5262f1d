/**
 * Checkpoints on disk in the published (diffusers) layout: configs, safetensors, and the check that
 * every part is there and is what its config says. Reads by memory mapping; imports no engine.
 */
@NullMarked
package dev.sanaq.sana.checkpoint;

import org.jspecify.annotations.NullMarked;
