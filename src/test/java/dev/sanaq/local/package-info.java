@NullMarked
package dev.sanaq.local;

import org.jspecify.annotations.NullMarked;
