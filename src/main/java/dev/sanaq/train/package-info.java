/**
 * Training with the programs that serve: the autoencoder, then the transformer with its text
 * encoder by flow matching.
 */
@NullMarked
package dev.sanaq.train;

import org.jspecify.annotations.NullMarked;
