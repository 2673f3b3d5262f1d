/** Scores of generated images, and the selection of the best. */
@NullMarked
package dev.sanaq.sana.score;

import org.jspecify.annotations.NullMarked;
