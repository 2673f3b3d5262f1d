/** A reader and verifier of C2PA manifests, which shares no code with the program's writer. */
@NullMarked
package dev.sanaq.testing.c2pa;

import org.jspecify.annotations.NullMarked;
