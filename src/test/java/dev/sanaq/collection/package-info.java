@NullMarked
package dev.sanaq.collection;

import org.jspecify.annotations.NullMarked;
