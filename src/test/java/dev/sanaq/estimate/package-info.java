@NullMarked
package dev.sanaq.estimate;

import org.jspecify.annotations.NullMarked;
