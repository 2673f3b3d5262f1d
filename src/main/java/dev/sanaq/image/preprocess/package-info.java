/** Preprocessors of control images: edges and thin lines, as ControlNets are trained on them. */
@NullMarked
package dev.sanaq.image.preprocess;

import org.jspecify.annotations.NullMarked;
