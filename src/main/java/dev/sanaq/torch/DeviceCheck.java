package dev.sanaq.torch;

import java.util.Map;

/**
 * Whether a placement's device still computes. After some errors of CUDA (an illegal access, an
 * uncorrectable memory error, a device that fell off the bus) every later call of the process
 * fails, and only a new process can use the GPU again. Stateless.
 */
public final class DeviceCheck {
  private DeviceCheck() {}

  /** Adds two numbers on the device and reads the sum. */
  public static boolean computes(DevicePlacement placement) {
    try (ScriptProgram program =
            ScriptProgram.compile(DeviceCheck.class, "device_check", Map.of(), placement);
        ScriptValue device = ScriptValue.of(placement.torchDevice());
        ScriptValue sum = program.call("add", device)) {
      return sum.toFloats()[0] == 3;
    } catch (TorchException e) {
      return e.isOutOfMemory(); // it answered
    }
  }
}
