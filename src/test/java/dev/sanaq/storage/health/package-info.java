/** Tests of the checks of a storage. */
@NullMarked
package dev.sanaq.storage.health;

import org.jspecify.annotations.NullMarked;
