/** The project's manifests on a real Kubernetes control plane with KEDA. */
@NullMarked
package dev.sanaq.cluster;

import org.jspecify.annotations.NullMarked;
