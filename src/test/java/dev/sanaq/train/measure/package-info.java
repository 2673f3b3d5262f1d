/** Tests of how near pictures are. */
@NullMarked
package dev.sanaq.train.measure;

import org.jspecify.annotations.NullMarked;
