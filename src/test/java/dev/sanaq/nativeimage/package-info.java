/** The native executable: its metadata in every build, and the executable where one was built. */
@NullMarked
package dev.sanaq.nativeimage;

import org.jspecify.annotations.NullMarked;
