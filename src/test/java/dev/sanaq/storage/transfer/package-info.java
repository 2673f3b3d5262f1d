@NullMarked
package dev.sanaq.storage.transfer;

import org.jspecify.annotations.NullMarked;
