package dev.sanaq.torch.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A text and the values that it begins with: a program, or what another program is built of.
 *
 * @param owner the class beside whose package the resource lies
 * @param name the resource's name without {@code .torchscript}; others call it {@code
 *     __torch__.NAME}
 * @param attributes values of the attributes that {@code class Model} declares: numbers, texts,
 *     booleans, lists and maps of them, and parts
 */
public record ScriptSource(Class<?> owner, String name, Map<String, ?> attributes) {
  public ScriptSource {
    attributes = Map.copyOf(attributes);
  }

  public void collectSources(Map<String, String> texts) {
    texts.put(name, readResource(owner, name + ".torchscript"));
    for (Object value : attributes.values()) {
      if (value instanceof ScriptSource part) {
        part.collectSources(texts);
      }
    }
  }

  public PickleWriter.PickledObject toModule() {
    Map<String, Object> all = new LinkedHashMap<>(attributes);
    all.replaceAll((key, value) -> value instanceof ScriptSource part ? part.toModule() : value);
    all.put("training", false);
    all.put("weights", Map.of());
    return new PickleWriter.PickledObject("__torch__." + name, "Model", all);
  }

  public static String readResource(Class<?> owner, String resource) {
    try (InputStream in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource + " beside " + owner.getName());
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
