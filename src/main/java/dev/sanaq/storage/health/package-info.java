/** Retries of storage calls, and the probe that finds out whether an outage is over. */
@NullMarked
package dev.sanaq.storage.health;

import org.jspecify.annotations.NullMarked;
