/** Tests of the command line. */
@NullMarked
package dev.sanaq.cli;

import org.jspecify.annotations.NullMarked;
