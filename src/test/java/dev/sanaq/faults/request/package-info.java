/** The requests of the fault tests: valid, mixed and malformed ones. */
@NullMarked
package dev.sanaq.faults.request;

import org.jspecify.annotations.NullMarked;
