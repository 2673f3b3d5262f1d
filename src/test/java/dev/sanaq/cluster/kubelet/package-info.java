/** A kubelet without containers: every pod is a process with namespaces of its own. */
@NullMarked
package dev.sanaq.cluster.kubelet;

import org.jspecify.annotations.NullMarked;
