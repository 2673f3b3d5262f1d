package dev.sanaq.train;

import dev.sanaq.sana.checkpoint.SafetensorsWriter;
import dev.sanaq.sana.checkpoint.StorageType;
import dev.sanaq.sana.checkpoint.Tensors;
import dev.sanaq.sana.text.Caption;
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
final class TextFeatures {
  private final Map<String, Caption> captions = new LinkedHashMap<>();

  private TextFeatures() {}

  /**
   * Reads the file, or computes and writes it.
   *
   * @param folder of the cache; made where it is missing
   * @param key of the texts and the model, fit for a file's name
   * @param texts all that may be asked for
   * @param load the text encoder, asked for where the file is missing
   * @param done told of each text that was encoded
   */
  static TextFeatures of(
      Path folder, String key, Set<String> texts, Supplier<TextEncoder> load, LongConsumer done)
      throws IOException {
    Path file = folder.resolve("text-" + key + ".safetensors");
    if (!Files.exists(file)) {
      Files.createDirectories(folder);
      Path unfinished = folder.resolve(".text-" + key);
      Files.deleteIfExists(unfinished);
      try (TextEncoder encoder = load.get()) {
        SafetensorsWriter.write(unfinished, encoded(texts, encoder, done), StorageType.F32);
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    TextFeatures features = new TextFeatures();
    Tensors.open(file)
        .read()
        .forEach(
            (name, tensor) ->
                features.captions.put(
                    name,
                    new Caption(
                        tensor.numbers(), (int) tensor.shape()[0], (int) tensor.shape()[1])));
    return features;
  }

  private static Map<String, HostTensor> encoded(
      Set<String> texts, TextEncoder encoder, LongConsumer done) {
    Map<String, HostTensor> found = new LinkedHashMap<>();
    long count = 0;
    for (String text : texts) {
      for (boolean instructed : new boolean[] {true, false}) {
        Caption caption = encoder.encode(text, instructed);
        long[] shape = {caption.tokens(), caption.width()};
        found.put(name(text, instructed), new HostTensor(shape, caption.embeddings()));
      }
      done.accept(++count);
    }
    return found;
  }

  private static String name(String text, boolean instructed) {
    return (instructed ? "+" : "-") + text;
  }

  /**
   * A text's embeddings.
   *
   * @throws IllegalArgumentException where it is none of those that were encoded
   */
  Caption of(String text, boolean instructed) {
    Caption caption = captions.get(name(text, instructed));
    if (caption == null) {
      throw new IllegalArgumentException("no features of \"%s\"".formatted(text));
    }
    return caption;
  }
}
