package dev.sanaq.torch.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A TorchScript source with the initial attributes of its module, which may contain other modules.
 *
 * @param owner a class in the resource's package
 * @param name the resource's name without {@code .torchscript}; others call it {@code
 *     __torch__.NAME}
 * @param attributes values of the attributes that {@code class Model} declares: numbers, strings,
 *     booleans, nested sources, and lists and maps of them
 */
public record ScriptSource(Class<?> owner, String name, Map<String, ?> attributes) {
  public ScriptSource {
    // In the order of their names, so that equal sources are equal archives.
    attributes = Collections.unmodifiableMap(new TreeMap<String, Object>(attributes));
  }

  /** Adds the text of this source and of all nested ones, by name. */
  public void collectSources(Map<String, String> texts) {
    texts.put(name, readResource(owner, name + ".torchscript"));
    for (Object value : attributes.values()) {
      if (value instanceof ScriptSource nested) {
        nested.collectSources(texts);
      }
    }
  }

  /** The module object with its attributes and empty weights. */
  public PickleWriter.PickledObject toModule() {
    Map<String, Object> all = new LinkedHashMap<>(attributes);
    all.replaceAll(
        (key, value) -> value instanceof ScriptSource nested ? nested.toModule() : value);
    all.put("training", false);
    all.put("weights", Map.of());
    return new PickleWriter.PickledObject("__torch__." + name, "Model", all);
  }

  /** Reads a resource of the owner's package as text. */
  public static String readResource(Class<?> owner, String resource) {
    try (InputStream in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource + " next to " + owner.getName());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
