/** The safety stage: checks of prompts before the generation and of images after it. */
@NullMarked
package dev.sanaq.worker.safety;

import org.jspecify.annotations.NullMarked;
