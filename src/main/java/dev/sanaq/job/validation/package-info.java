/** The contract's rules for the fields of a request, one rule a class. */
@NullMarked
package dev.sanaq.job.validation;

import org.jspecify.annotations.NullMarked;
