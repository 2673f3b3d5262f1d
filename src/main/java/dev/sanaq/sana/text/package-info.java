/** The text encoder: tokens, complex human instruction, Gemma-2 (paper, section 2.3). */
@NullMarked
package dev.sanaq.sana.text;

import org.jspecify.annotations.NullMarked;
