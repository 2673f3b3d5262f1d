/** Kustomize in Java, as far as the manifests use it, so that tests render without kubectl. */
@NullMarked
package dev.sanaq.manifests.render;

import org.jspecify.annotations.NullMarked;
