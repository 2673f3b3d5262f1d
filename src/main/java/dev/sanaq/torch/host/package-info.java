/** The machine below the engine: CPU features, malloc settings, memory-mapped pages, exit. */
@NullMarked
package dev.sanaq.torch.host;

import org.jspecify.annotations.NullMarked;
