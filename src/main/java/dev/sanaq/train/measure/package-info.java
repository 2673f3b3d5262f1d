/** How near pictures are to one another. Plain arithmetic, no framework. */
@NullMarked
package dev.sanaq.train.measure;

import org.jspecify.annotations.NullMarked;
