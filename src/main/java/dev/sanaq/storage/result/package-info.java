/** Results of jobs on S3: images, the commit marker, attempts. */
@NullMarked
package dev.sanaq.storage.result;

import org.jspecify.annotations.NullMarked;
