/** Tests of the Kubernetes manifests and the other deployment files. */
@NullMarked
package dev.sanaq.manifests;

import org.jspecify.annotations.NullMarked;
