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

/** Every caption's embeddings by a text encoder that does not learn; kept in a file. */
public final class PromptEmbedsCache {
  private final Map<String, PromptEmbeds> embeds = new LinkedHashMap<>();

  private PromptEmbedsCache() {}

  /**
   * Reads the file, or computes and writes it.
   *
   * @param folder of the cache; made where it is missing
   * @param key of the texts and the model, fit for a file's name
   * @param texts all that may be asked for
   * @param load the text encoder, asked for where the file is missing
   * @param done told of each text that was encoded
   */
  static PromptEmbedsCache of(
      Path folder, String key, Set<String> texts, Supplier<TextEncoder> load, LongConsumer done)
      throws IOException {
    Path file = folder.resolve("text-" + key + ".safetensors");
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      Path unfinished = folder.resolve(".text-" + key);
      Files.deleteIfExists(unfinished);
      try (TextEncoder encoder = load.get()) {
        SafetensorsWriter.write(unfinished, encodeAll(texts, encoder, done), DType.F32);
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    PromptEmbedsCache features = new PromptEmbedsCache();
    TensorIndex.open(file)
        .read()
        .forEach(
            (name, tensor) ->
                features.embeds.put(
                    name,
                    new PromptEmbeds(
                        tensor.values(), (int) tensor.shape()[0], (int) tensor.shape()[1])));
    return features;
  }

  private static Map<String, HostTensor> encodeAll(
      Set<String> texts, TextEncoder encoder, LongConsumer done) {
    Map<String, HostTensor> found = new LinkedHashMap<>();
    long count = 0;
    for (String text : texts) {
      for (boolean instructed : new boolean[] {true, false}) {
        PromptEmbeds caption = encoder.encode(text, instructed);
        long[] shape = {caption.tokens(), caption.width()};
        found.put(key(text, instructed), new HostTensor(shape, caption.embeddings()));
      }
      done.accept(++count);
    }
    return found;
  }

  private static String key(String text, boolean instructed) {
    return (instructed ? "+" : "-") + text;
  }

  /**
   * A text's embeddings.
   *
   * @throws IllegalArgumentException where it is none of those that were encoded
   */
  public PromptEmbeds of(String text, boolean instructed) {
    PromptEmbeds caption = embeds.get(key(text, instructed));
    if (caption == null) {
      throw new IllegalArgumentException("no features of \"%s\"".formatted(text));
    }
    return caption;
  }
}
