/** The command line: results on standard output, logs on standard error. */
@NullMarked
package dev.sanaq.cli;

import org.jspecify.annotations.NullMarked;
