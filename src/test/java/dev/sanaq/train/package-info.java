@NullMarked
package dev.sanaq.train;

import org.jspecify.annotations.NullMarked;
