package dev.sanaq.sana.text;

import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.sana.checkpoint.TextEncoderConfig;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Program;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BiFunction;

/** Loads a text encoder as the reference had it when it made its answers. */
public final class ReferenceText {
  /**
   * Its text encoder had been turned to bf16 and back, which leaves the rotary frequencies rounded.
   */
  private static final String ROUNDED = "tiny-sana-1.5";

  private ReferenceText() {}

  /** How to load the text encoder of a fixture. */
  public static BiFunction<Checkpoint, Placement, TextEncoder> loader(String fixture) {
    return fixture.equals(ROUNDED) ? ReferenceText::rounded : TextEncoder::load;
  }

  private static TextEncoder rounded(Checkpoint checkpoint, Placement placement) {
    TextEncoderConfig config = checkpoint.textEncoder();
    int half = config.headDim() / 2;
    ByteBuffer table = ByteBuffer.allocateDirect(2 * half).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < half; i++) {
      table.putShort(bf16((float) Math.pow(config.ropeTheta(), -2.0 * i / config.headDim())));
    }
    Program program = TextEncoder.program(checkpoint, placement);
    program.put(
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
