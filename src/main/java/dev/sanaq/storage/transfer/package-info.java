/** Downloads of single objects: resumed where they were interrupted, and checked by their hash. */
@NullMarked
package dev.sanaq.storage.transfer;

import org.jspecify.annotations.NullMarked;
