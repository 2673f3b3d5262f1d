package dev.sanaq.sana.text;

import dev.sanaq.checkpoint.read.LanguageModelFolder;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ShieldGemma-2B ({@code google/shieldgemma-2b}): Gemma-2 with its language model head, which
 * answers with Yes or No whether a prompt violates a policy. The score is the probability of Yes
 * against No as the next token. All policies run in one forward pass, which computes what their
 * prompts have in common once. Safe for several threads; calls run one at a time.
 */
public final class ShieldGemma implements AutoCloseable {
  private final PromptTokenizer tokenizer;
  private final ScriptProgram program;
  private final ShieldGemmaPrompt prompt;
  private final long[] answers;
  private final double logitSoftCap;
  private final boolean lowMemory;
  private boolean closed;

  private ShieldGemma(
      PromptTokenizer tokenizer,
      ScriptProgram program,
      ShieldGemmaPrompt prompt,
      double logitSoftCap,
      boolean lowMemory) {
    this.tokenizer = tokenizer;
    this.program = program;
    this.prompt = prompt;
    this.answers = new long[] {prompt.answer("Yes"), prompt.answer("No")};
    this.logitSoftCap = logitSoftCap;
    this.lowMemory = lowMemory;
  }

  /**
   * Loads the model.
   *
   * @param folder with {@code config.json}, {@code tokenizer.json} and the weights
   * @param device of the image model: auto, cpu or cuda
   * @param precision of the image model: auto, fp32, bf16, fp16 or int8; ShieldGemma's becomes that
   *     of the text encoder
   * @param lowMemory always on the CPU, from the memory-mapped file, which holds no memory between
   *     prompts
   * @throws dev.sanaq.checkpoint.CheckpointException with every problem of the folder
   * @throws IllegalArgumentException if the tokenizer is not ShieldGemma's
   */
  public static ShieldGemma load(Path folder, String device, String precision, boolean lowMemory) {
    return load(folder, Devices.choose(device, precision), lowMemory, ShieldGemmaPrompt.MAX_TOKENS);
  }

  static ShieldGemma load(
      Path folder, DevicePlacement placement, boolean lowMemory, int maxTokens) {
    LanguageModelFolder model = LanguageModelFolder.open(folder);
    PromptTokenizer tokenizer =
        new PromptTokenizer(model.tokenizerFile(), model.config().vocabSize());
    try {
      ShieldGemmaPrompt prompt =
          new ShieldGemmaPrompt(tokenizer, model.config().bosTokenId(), maxTokens);
      ScriptProgram program =
          TextEncoder.program(model.config(), model.tensors(), textPlacement(placement, lowMemory));
      try {
        return new ShieldGemma(
            tokenizer, program, prompt, model.logitSoftCap().orElse(0), lowMemory);
      } catch (RuntimeException e) {
        program.close();
        throw e;
      }
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /** As that of the text encoder: Gemma's activations overflow fp16, and it has no 8-bit form. */
  private static DevicePlacement textPlacement(DevicePlacement placement, boolean lowMemory) {
    DevicePlacement own =
        placement.precision() == Precision.FP16
            ? placement.withPrecision(Precision.FP32)
            : placement.withoutEightBit();
    return lowMemory ? own.onCpu() : own;
  }

  /**
   * The probability, for each policy, that a prompt violates it.
   *
   * @param policies one at least
   * @throws IllegalStateException if it is closed
   * @throws dev.sanaq.torch.TorchException if the engine fails, as for lack of memory
   */
  public synchronized Map<SafetyPolicy, Double> probabilities(
      String text, Set<SafetyPolicy> policies) {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    List<SafetyPolicy> order = List.copyOf(policies);
    List<long[]> prompts = new ArrayList<>();
    for (SafetyPolicy policy : order) {
      prompts.add(prompt.tokens(text, policy));
    }
    float[] scores = PackedPrompts.of(prompts).answerProbability(program, answers, logitSoftCap);
    if (lowMemory) {
      program.releaseMapped("");
    }
    Map<SafetyPolicy, Double> probabilities = new EnumMap<>(SafetyPolicy.class);
    for (int i = 0; i < order.size(); i++) {
      probabilities.put(order.get(i), (double) scores[i]);
    }
    return probabilities;
  }

  ShieldGemmaPrompt prompt() {
    return prompt;
  }

  @Override
  public synchronized void close() {
    closed = true;
    program.close();
    tokenizer.close();
  }
}
