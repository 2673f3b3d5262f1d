/** The training task of the autoencoder. */
@NullMarked
package dev.sanaq.train.autoencoder;

import org.jspecify.annotations.NullMarked;
