/** A broker with TLS and ACLs, as Strimzi sets it up from the project's custom resources. */
@NullMarked
package dev.sanaq.cluster.kafka;

import org.jspecify.annotations.NullMarked;
