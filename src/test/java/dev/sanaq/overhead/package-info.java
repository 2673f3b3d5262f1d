/**
 * What the service itself costs, with a model that answers at once: jobs a second and the time from
 * record to event, beside a plain Python worker under the same load; see
 * load-tests/overhead/README.md.
 */
@NullMarked
package dev.sanaq.overhead;

import org.jspecify.annotations.NullMarked;
