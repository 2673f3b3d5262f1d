/** The safetensors format. Reads by memory mapping; imports no engine. */
@NullMarked
package dev.sanaq.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
