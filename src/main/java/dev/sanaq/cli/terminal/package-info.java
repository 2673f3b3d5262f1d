/** Terminal output: progress bars, tables, error lines, signals. */
@NullMarked
package dev.sanaq.cli.terminal;

import org.jspecify.annotations.NullMarked;
