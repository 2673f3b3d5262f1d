package dev.sanaq.torch;

/**
 * A tensor's copy in Java.
 *
 * @param shape its sizes; empty for a scalar
 * @param values row by row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HostTensor(long[] shape, float[] values) {}
