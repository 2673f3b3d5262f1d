/** Solvers of the sampling equation as tables of coefficients. Plain Java, no framework. */
@NullMarked
package dev.sanaq.sana.solver;

import org.jspecify.annotations.NullMarked;
