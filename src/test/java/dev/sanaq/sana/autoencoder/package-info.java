@NullMarked
package dev.sanaq.sana.autoencoder;

import org.jspecify.annotations.NullMarked;
