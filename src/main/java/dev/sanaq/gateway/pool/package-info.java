/** The pools of workers behind the gateway: one for each model. */
@NullMarked
package dev.sanaq.gateway.pool;

import org.jspecify.annotations.NullMarked;
