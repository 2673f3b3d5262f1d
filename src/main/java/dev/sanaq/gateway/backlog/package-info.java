/**
 * How much work is queued, as an estimate in seconds of device time: the metric that KEDA scales
 * on.
 */
@NullMarked
package dev.sanaq.gateway.backlog;

import org.jspecify.annotations.NullMarked;
