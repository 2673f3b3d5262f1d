/** The contract of the topics, applied to what the tests write. */
@NullMarked
package dev.sanaq.testing.contract;

import org.jspecify.annotations.NullMarked;
