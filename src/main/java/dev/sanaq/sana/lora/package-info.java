/** LoRA adapters of a loaded model. */
@NullMarked
package dev.sanaq.sana.lora;

import org.jspecify.annotations.NullMarked;
