@NullMarked
package dev.sanaq.worker;

import org.jspecify.annotations.NullMarked;
