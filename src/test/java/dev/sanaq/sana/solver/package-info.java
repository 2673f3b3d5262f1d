/** Tests of the solvers. */
@NullMarked
package dev.sanaq.sana.solver;

import org.jspecify.annotations.NullMarked;
