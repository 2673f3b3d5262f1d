/** Input images on S3: where they may be, and where the gateway stores uploaded ones. */
@NullMarked
package dev.sanaq.storage.input;

import org.jspecify.annotations.NullMarked;
