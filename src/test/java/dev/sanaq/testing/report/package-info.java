/** The pages and plots that measuring tests write. */
@NullMarked
package dev.sanaq.testing.report;

import org.jspecify.annotations.NullMarked;
