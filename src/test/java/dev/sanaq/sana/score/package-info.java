@NullMarked
package dev.sanaq.sana.score;

import org.jspecify.annotations.NullMarked;
