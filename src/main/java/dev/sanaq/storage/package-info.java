/** S3-compatible storage: clients, object keys, URLs. */
@NullMarked
package dev.sanaq.storage;

import org.jspecify.annotations.NullMarked;
