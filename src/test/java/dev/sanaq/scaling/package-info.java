/** A simulation of the worker pool and its autoscaler, with the manifests' numbers. */
@NullMarked
package dev.sanaq.scaling;

import org.jspecify.annotations.NullMarked;
