/** Trains byte-pair tokenizers from captions. */
@NullMarked
package dev.sanaq.train.tokenizer;

import org.jspecify.annotations.NullMarked;
