/** What an image file says of its making, for those who must tell made from taken images. */
@NullMarked
package dev.sanaq.sana.provenance;

import org.jspecify.annotations.NullMarked;
