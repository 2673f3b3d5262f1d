/** How the pool of workers is scaled, simulated by the manifests' own numbers. */
@NullMarked
package dev.sanaq.scaling;

import org.jspecify.annotations.NullMarked;
