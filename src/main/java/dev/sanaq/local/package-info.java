/** Kafka and S3 inside this JVM, for development, the demo and the tests; never in production. */
@NullMarked
package dev.sanaq.local;

import org.jspecify.annotations.NullMarked;
