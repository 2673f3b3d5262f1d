/** Runs accepted jobs in batches and publishes their results. */
@NullMarked
package dev.sanaq.worker;

import org.jspecify.annotations.NullMarked;
