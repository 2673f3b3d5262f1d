/** Pictures: aspect bins, resizing and cropping, encoders. Plain Java, no framework. */
@NullMarked
package dev.sanaq.image;

import org.jspecify.annotations.NullMarked;
