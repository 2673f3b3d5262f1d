/** Images that clients send in a body: forms, their check, and their storage for a while. */
@NullMarked
package dev.sanaq.gateway.upload;

import org.jspecify.annotations.NullMarked;
