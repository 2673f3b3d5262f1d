/** What a pod says of itself to the cluster that runs it. */
@NullMarked
package dev.sanaq.kubernetes;

import org.jspecify.annotations.NullMarked;
