/**
 * Substitutions for the native executable: code of libraries, and of this project, that must not be
 * part of it. The builder of a native image finds the classes by their annotations and replaces the
 * named methods; on the JVM nothing uses this package. Each class says why it exists. The metadata
 * for reflection, JNI and resources is in {@code META-INF/native-image}, one folder for each
 * library.
 */
@NullMarked
package dev.sanaq.nativeimage;

import org.jspecify.annotations.NullMarked;
