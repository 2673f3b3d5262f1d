/**
 * The dataset of the small checkpoint: Fluent Emoji as images and the names of emojibase as
 * captions, both from npm, both under the MIT licence.
 */
@NullMarked
package dev.sanaq.train.emoji;

import org.jspecify.annotations.NullMarked;
