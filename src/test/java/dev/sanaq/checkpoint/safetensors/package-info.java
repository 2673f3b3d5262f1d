@NullMarked
package dev.sanaq.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
