/** The linear diffusion transformer (paper, section 2.2). */
@NullMarked
package dev.sanaq.sana.transformer;

import org.jspecify.annotations.NullMarked;
