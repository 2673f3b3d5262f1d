/** The manifests: rendered without kubectl, held to the schemas and to the program. */
@NullMarked
package dev.sanaq.manifests;

import org.jspecify.annotations.NullMarked;
