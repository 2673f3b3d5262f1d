/** Errors over HTTP as RFC 9457 problem details, and in the shape of the OpenAI API. */
@NullMarked
package dev.sanaq.gateway.problem;

import org.jspecify.annotations.NullMarked;
