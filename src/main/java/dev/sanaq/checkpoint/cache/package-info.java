/** Results computed from a checkpoint's weights, kept on disk between processes. */
@NullMarked
package dev.sanaq.checkpoint.cache;

import org.jspecify.annotations.NullMarked;
