/** Calls the Kubernetes API for the own pod. */
@NullMarked
package dev.sanaq.kubernetes;

import org.jspecify.annotations.NullMarked;
