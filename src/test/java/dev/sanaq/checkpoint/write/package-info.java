@NullMarked
package dev.sanaq.checkpoint.write;

import org.jspecify.annotations.NullMarked;
