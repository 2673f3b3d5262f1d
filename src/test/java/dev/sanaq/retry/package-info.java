@NullMarked
package dev.sanaq.retry;

import org.jspecify.annotations.NullMarked;
