/** Tests of training data. */
@NullMarked
package dev.sanaq.train.data;

import org.jspecify.annotations.NullMarked;
