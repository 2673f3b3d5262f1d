/** Tests of the small checkpoint's data. */
@NullMarked
package dev.sanaq.train.emoji;

import org.jspecify.annotations.NullMarked;
