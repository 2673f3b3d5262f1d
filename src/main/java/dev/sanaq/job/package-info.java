/** What a job is: the request, its limits, its outcome and errors. Plain Java, no framework. */
@NullMarked
package dev.sanaq.job;

import org.jspecify.annotations.NullMarked;
