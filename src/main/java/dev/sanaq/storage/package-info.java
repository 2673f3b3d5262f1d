/** Pictures and results on S3-compatible storage: keys, uploads, the commit marker, addresses. */
@NullMarked
package dev.sanaq.storage;

import org.jspecify.annotations.NullMarked;
