package dev.sanaq.torch;

import ai.djl.Device;

/**
 * Where a network runs, in what precision, and why.
 *
 * @param gpu the CUDA device's number, or -1 for the processor
 * @param precision what it computes in
 * @param reason why these, for the log
 */
public record Placement(int gpu, Precision precision, String reason) {
  /** The processor in fp32: what the parity tests run in. */
  public static Placement cpu(Precision precision) {
    return new Placement(-1, precision, "asked for");
  }

  Device djlDevice() {
    return gpu < 0 ? Device.cpu() : Device.gpu(gpu);
  }

  /** The device as torch names it: {@code cpu}, {@code cuda:0}. */
  public String torchDevice() {
    return gpu < 0 ? "cpu" : "cuda:" + gpu;
  }

  /** The same device with another precision. */
  public Placement in(Precision other) {
    return new Placement(gpu, other, reason);
  }
}
