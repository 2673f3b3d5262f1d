/** The channel of requests: its consumers, one for each membership of the group. */
@NullMarked
package dev.sanaq.worker.requests;

import org.jspecify.annotations.NullMarked;
