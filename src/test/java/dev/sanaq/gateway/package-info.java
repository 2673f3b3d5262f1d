/** Tests of the gateway, over real HTTP, with a real broker and a real S3. */
@NullMarked
package dev.sanaq.gateway;

import org.jspecify.annotations.NullMarked;
