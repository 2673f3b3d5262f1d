/** Tests of the Helm chart. */
@NullMarked
package dev.sanaq.manifests.chart;

import org.jspecify.annotations.NullMarked;
