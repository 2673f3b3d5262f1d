/** Tokenizers learnt from captions. */
@NullMarked
package dev.sanaq.train.tokenizer;

import org.jspecify.annotations.NullMarked;
