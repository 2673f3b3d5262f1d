/**
 * Leaves the trainer out of the native executable: its commands say where it is instead. Every
 * method of a command is open to reflection, so each one that leads to the trainer is replaced.
 */
@NullMarked
package dev.sanaq.nativeimage.train;

import org.jspecify.annotations.NullMarked;
