/** Images in memory: aspect bins, resizing, cropping. Plain Java, no framework. */
@NullMarked
package dev.sanaq.image;

import org.jspecify.annotations.NullMarked;
