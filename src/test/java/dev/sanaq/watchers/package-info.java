/** How the gateway bears many who watch: open event streams and many questions at once. */
@NullMarked
package dev.sanaq.watchers;

import org.jspecify.annotations.NullMarked;
