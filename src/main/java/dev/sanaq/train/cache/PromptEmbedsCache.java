package dev.sanaq.train.cache;

import dev.sanaq.checkpoint.safetensors.DType;
import dev.sanaq.checkpoint.safetensors.SafetensorsWriter;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.sana.text.PromptEmbeds;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.torch.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Prompt embeddings of all captions by a frozen text encoder, stored in a file. */
public final class PromptEmbedsCache {
  private final Map<String, PromptEmbeds> embeds = new LinkedHashMap<>();

  private PromptEmbedsCache() {}

  /**
   * Reads the file, or computes and writes it.
   *
   * @param folder folder of the cache; created if it does not exist
   * @param key key over the texts and the model, valid in a file name
   * @param texts all texts that may be looked up
   * @param loader loads the text encoder; called only if the file does not exist
   * @param progress receives the number of encoded texts
   */
  static PromptEmbedsCache of(
      Path folder,
      String key,
      Set<String> texts,
      Supplier<TextEncoder> loader,
      LongConsumer progress)
      throws IOException {
    Path file = folder.resolve("text-" + key + ".safetensors");
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      Path unfinished = folder.resolve(".text-" + key);
      Files.deleteIfExists(unfinished);
      try (TextEncoder encoder = loader.get()) {
        SafetensorsWriter.write(unfinished, encodeAll(texts, encoder, progress), DType.F32);
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    PromptEmbedsCache cache = new PromptEmbedsCache();
    TensorIndex.open(file)
        .read()
        .forEach(
            (name, tensor) ->
                cache.embeds.put(
                    name,
                    new PromptEmbeds(
                        tensor.values(), (int) tensor.shape()[0], (int) tensor.shape()[1])));
    return cache;
  }

  private static Map<String, HostTensor> encodeAll(
      Set<String> texts, TextEncoder encoder, LongConsumer progress) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    long count = 0;
    for (String text : texts) {
      for (boolean instructed : new boolean[] {true, false}) {
        PromptEmbeds encoded = encoder.encode(text, instructed);
        long[] shape = {encoded.tokens(), encoded.width()};
        tensors.put(key(text, instructed), new HostTensor(shape, encoded.embeddings()));
      }
      progress.accept(++count);
    }
    return tensors;
  }

  private static String key(String text, boolean instructed) {
    return (instructed ? "+" : "-") + text;
  }

  /**
   * The embeddings of a text.
   *
   * @param instructed whether the text follows the complex human instruction
   * @throws IllegalArgumentException if the text was not encoded
   */
  public PromptEmbeds of(String text, boolean instructed) {
    PromptEmbeds found = embeds.get(key(text, instructed));
    if (found == null) {
      throw new IllegalArgumentException("no embeddings of \"%s\"".formatted(text));
    }
    return found;
  }
}
