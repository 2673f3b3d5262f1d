/** The training task of a ControlNet, and its images. */
@NullMarked
package dev.sanaq.train.controlnet;

import org.jspecify.annotations.NullMarked;
