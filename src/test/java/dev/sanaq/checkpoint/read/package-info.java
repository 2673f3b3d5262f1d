@NullMarked
package dev.sanaq.checkpoint.read;

import org.jspecify.annotations.NullMarked;
