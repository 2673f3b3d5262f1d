/** Commands that run the service: {@code serve}, {@code local} and {@code demo}. */
@NullMarked
package dev.sanaq.cli.serve;

import org.jspecify.annotations.NullMarked;
