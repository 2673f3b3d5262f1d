/** Tests of the tokenizer training. */
@NullMarked
package dev.sanaq.train.tokenizer;

import org.jspecify.annotations.NullMarked;
