@NullMarked
package dev.sanaq.checkpoint.lora;

import org.jspecify.annotations.NullMarked;
