@NullMarked
package dev.sanaq.cli.terminal;

import org.jspecify.annotations.NullMarked;
