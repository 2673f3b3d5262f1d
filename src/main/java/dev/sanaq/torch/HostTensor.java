package dev.sanaq.torch;

/**
 * An fp32 tensor as a Java array.
 *
 * @param shape empty for a scalar
 * @param values in row-major order
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HostTensor(long[] shape, float[] values) {}
