@NullMarked
package dev.sanaq.storage;

import org.jspecify.annotations.NullMarked;
