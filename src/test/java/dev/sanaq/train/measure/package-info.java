/** Tests of how near images are. */
@NullMarked
package dev.sanaq.train.measure;

import org.jspecify.annotations.NullMarked;
