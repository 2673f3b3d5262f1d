/** Finds the presets of a checkpoint's step cache, and measures them. */
@NullMarked
package dev.sanaq.benchmark.tune;

import org.jspecify.annotations.NullMarked;
