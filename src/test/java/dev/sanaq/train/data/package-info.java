/** Tests of what is learnt from. */
@NullMarked
package dev.sanaq.train.data;

import org.jspecify.annotations.NullMarked;
