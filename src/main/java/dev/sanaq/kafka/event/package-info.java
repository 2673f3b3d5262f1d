/** Job events as CloudEvents, and their transactional producers. */
@NullMarked
package dev.sanaq.kafka.event;

import org.jspecify.annotations.NullMarked;
