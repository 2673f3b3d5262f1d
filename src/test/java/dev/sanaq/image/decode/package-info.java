@NullMarked
package dev.sanaq.image.decode;

import org.jspecify.annotations.NullMarked;
