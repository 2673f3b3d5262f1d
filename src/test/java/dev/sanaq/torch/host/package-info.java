@NullMarked
package dev.sanaq.torch.host;

import org.jspecify.annotations.NullMarked;
