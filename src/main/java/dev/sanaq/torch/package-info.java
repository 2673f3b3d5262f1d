/**
 * TorchScript programs on DJL's PyTorch engine: weights, precision, devices. Nothing else imports
 * {@code ai.djl}, the tokenizer aside.
 *
 * <p>DJL has no bfloat16 and aborts the JVM on reading such a tensor's type. So tensors stay opaque
 * {@link dev.sanaq.torch.ScriptValue}s, and Java reads only tensors that a program converted to
 * fp32.
 */
@NullMarked
package dev.sanaq.torch;

import org.jspecify.annotations.NullMarked;
