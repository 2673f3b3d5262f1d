/** What an image file says of its making. */
@NullMarked
package dev.sanaq.sana.provenance;

import org.jspecify.annotations.NullMarked;
