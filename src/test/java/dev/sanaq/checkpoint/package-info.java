@NullMarked
package dev.sanaq.checkpoint;

import org.jspecify.annotations.NullMarked;
