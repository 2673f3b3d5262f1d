/** The deep-compression autoencoder (paper, section 2.1). */
@NullMarked
package dev.sanaq.sana.autoencoder;

import org.jspecify.annotations.NullMarked;
