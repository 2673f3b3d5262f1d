/** Tests of pictures. */
@NullMarked
package dev.sanaq.image;

import org.jspecify.annotations.NullMarked;
