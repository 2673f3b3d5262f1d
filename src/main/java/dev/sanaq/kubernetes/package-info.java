/** Talks to the Kubernetes API about the own pod. */
@NullMarked
package dev.sanaq.kubernetes;

import org.jspecify.annotations.NullMarked;
