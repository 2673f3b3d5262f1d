/**
 * TorchScript programs on DJL's PyTorch engine: weights, precision, devices. Nothing else imports
 * {@code ai.djl}, the tokenizer aside.
 *
 * <p>DJL has no bfloat16 and aborts the whole JVM when asked for such a tensor's type. So tensors
 * stay opaque {@link dev.sanaq.torch.ScriptValue}s here, and only those that a program promises to
 * be 32-bit floats are ever read.
 */
@NullMarked
package dev.sanaq.torch;

import org.jspecify.annotations.NullMarked;
