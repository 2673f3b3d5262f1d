/**
 * Upgrade and rollback: what an older version wrote to the topics and the bucket is read by this
 * one, and what this one writes has every field that the older one wrote.
 */
@NullMarked
package dev.sanaq.upgrade;

import org.jspecify.annotations.NullMarked;
