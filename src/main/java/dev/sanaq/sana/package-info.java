/** The Sana model as its users see it: parameters in, images out. */
@NullMarked
package dev.sanaq.sana;

import org.jspecify.annotations.NullMarked;
