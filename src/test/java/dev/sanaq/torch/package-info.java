@NullMarked
package dev.sanaq.torch;

import org.jspecify.annotations.NullMarked;
