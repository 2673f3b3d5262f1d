/** Commands that run the model in this process: {@code generate} and {@code benchmark}. */
@NullMarked
package dev.sanaq.cli.generate;

import org.jspecify.annotations.NullMarked;
