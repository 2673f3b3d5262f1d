@NullMarked
package dev.sanaq.event;

import org.jspecify.annotations.NullMarked;
