/** Tests of learnt tokenizers. */
@NullMarked
package dev.sanaq.train.tokenizer;

import org.jspecify.annotations.NullMarked;
