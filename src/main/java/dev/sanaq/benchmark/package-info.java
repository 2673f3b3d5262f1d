/**
 * Times the stages of a checkpoint on this machine and compares them with what the machine can do
 * at most: see {@code load-tests/README.md}.
 */
@NullMarked
package dev.sanaq.benchmark;

import org.jspecify.annotations.NullMarked;
