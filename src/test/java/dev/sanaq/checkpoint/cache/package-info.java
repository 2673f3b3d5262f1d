@NullMarked
package dev.sanaq.checkpoint.cache;

import org.jspecify.annotations.NullMarked;
