/** The model, readable beside the paper: encode, denoise, decode. */
@NullMarked
package dev.sanaq.sana;

import org.jspecify.annotations.NullMarked;
