/**
 * How fast a checkpoint draws on this machine, stage by stage, beside what the machine can do at
 * most: see {@code load-tests/README.md}.
 */
@NullMarked
package dev.sanaq.benchmark;

import org.jspecify.annotations.NullMarked;
