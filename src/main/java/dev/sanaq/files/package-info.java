/** Writing files, and words for what went wrong with one. */
@NullMarked
package dev.sanaq.files;

import org.jspecify.annotations.NullMarked;
