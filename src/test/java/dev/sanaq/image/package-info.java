/** Tests of images. */
@NullMarked
package dev.sanaq.image;

import org.jspecify.annotations.NullMarked;
