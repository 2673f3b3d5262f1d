@NullMarked
package dev.sanaq.storage.result;

import org.jspecify.annotations.NullMarked;
