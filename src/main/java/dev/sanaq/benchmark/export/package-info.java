/** Networks with inputs and expected outputs, for a machine with Python and torch alone. */
@NullMarked
package dev.sanaq.benchmark.export;

import org.jspecify.annotations.NullMarked;
