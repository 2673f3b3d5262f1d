/**
 * The data of the small checkpoint: Fluent Emoji as pictures and emojibase's names as captions,
 * both from npm, both under the MIT licence.
 */
@NullMarked
package dev.sanaq.train.emoji;

import org.jspecify.annotations.NullMarked;
