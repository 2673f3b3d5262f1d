/** TorchScript source text to the archive format that PyTorch loads. */
@NullMarked
package dev.sanaq.torch.script;

import org.jspecify.annotations.NullMarked;
