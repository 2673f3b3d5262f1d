package dev.sanaq.sana.text;

import dev.sanaq.checkpoint.config.TextEncoderConfig;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BiFunction;

/** Loads a text encoder as the reference had it when it made its answers. */
public final class ReferenceTextEncoder {
  /**
   * Its text encoder had been turned to bf16 and back, which leaves the rotary frequencies rounded.
   */
  private static final String ROUNDED = "tiny-sana-1.5";

  private ReferenceTextEncoder() {}

  /** How to load the text encoder of a fixture. */
  public static BiFunction<Checkpoint, DevicePlacement, TextEncoder> loader(String fixture) {
    return fixture.equals(ROUNDED) ? ReferenceTextEncoder::rounded : TextEncoder::load;
  }

  private static TextEncoder rounded(Checkpoint checkpoint, DevicePlacement placement) {
    TextEncoderConfig config = checkpoint.textEncoder();
    int half = config.headDim() / 2;
    ByteBuffer table = ByteBuffer.allocateDirect(2 * half).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < half; i++) {
      table.putShort(bf16((float) Math.pow(config.ropeTheta(), -2.0 * i / config.headDim())));
    }
    ScriptProgram program = TextEncoder.program(checkpoint, placement);
    program.loadWeight(
        "rotary.frequency", table.flip(), Precision.BF16, Precision.FP32, new long[] {half}, 0);
    PromptTokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerFile(), config.vocabSize());
    return new TextEncoder(tokenizer, program, config, false);
  }

  /** The upper half of a float's bits, rounded to even. */
  private static short bf16(float value) {
    int bits = Float.floatToIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }
}
