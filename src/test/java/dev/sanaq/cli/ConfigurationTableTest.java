package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.kubernetes.KubernetesConfig;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.worker.WorkerConfig;
import dev.sanaq.worker.finish.UploadConfig;
import dev.sanaq.worker.run.ModelConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README's table of properties is what the program reads. */
class ConfigurationTableTest {
  private static final List<Class<?>> MAPPINGS =
      List.of(
          ModelConfig.class,
          WorkerConfig.class,
          KubernetesConfig.class,
          TopicsConfig.class,
          EventsConfig.class,
          StorageConfig.class,
          LimitsConfig.class,
          GatewayConfig.class,
          WebhookConfig.class,
          UploadConfig.class);

  /** What stands for another property, and is not one of its own for users. */
  private static final List<String> DERIVED =
      List.of("sanaq.limits.http-callbacks", "sanaq.limits.http-uploads");

  @Test
  void readmeTable_listsEveryPropertyWithDefault() throws IOException {
    Map<String, String> read = new TreeMap<>();
    for (Class<?> mapping : MAPPINGS) {
      collect(mapping.getAnnotation(ConfigMapping.class).prefix(), mapping, read);
    }
    DERIVED.forEach(read::remove);
    assertThat(readmeTable()).containsExactlyInAnyOrderEntriesOf(read);
  }

  private static void collect(String prefix, Class<?> mapping, Map<String, String> read) {
    for (Method method : mapping.getMethods()) {
      if (method.isDefault() || method.isSynthetic()) {
        continue;
      }
      String key = prefix + "." + kebab(method.getName());
      WithDefault given = method.getAnnotation(WithDefault.class);
      Class<?> inner = inner(method);
      if (inner.isInterface() && inner.getName().startsWith("dev.sanaq")) {
        boolean named = Map.class.isAssignableFrom(method.getReturnType());
        collect(named ? key + ".NAME" : key, inner, read);
      } else {
        read.put(key, given == null ? "" : given.value());
      }
    }
  }

  private static Class<?> inner(Method method) {
    if (method.getGenericReturnType() instanceof ParameterizedType type
        && Map.class.isAssignableFrom(method.getReturnType())) {
      return (Class<?>) type.getActualTypeArguments()[1];
    }
    return method.getReturnType();
  }

  private static String kebab(String name) {
    return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(java.util.Locale.ROOT);
  }

  /** Properties and defaults as the README has them; ".b" beside "a.x" is "a.b". */
  private static Map<String, String> readmeTable() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<String> lines = Files.lines(Path.of("README.md"))) {
      for (String line : lines.filter(l -> l.startsWith("| `sanaq.")).toList()) {
        String[] cells = line.split("\\|");
        List<String> keys = names(cells[1]);
        List<String> defaults = names(cells[2]);
        for (int i = 0; i < keys.size(); i++) {
          found.put(
              keys.get(i),
              defaults.isEmpty() ? "" : defaults.get(Math.min(i, defaults.size() - 1)));
        }
      }
    }
    return found;
  }

  private static List<String> names(String cell) {
    List<String> names = new ArrayList<>();
    for (String quoted : cell.strip().split("`, `|`")) {
      if (quoted.startsWith(".") && !names.isEmpty()) {
        String first = names.get(0);
        names.add(first.substring(0, first.lastIndexOf('.')) + quoted);
      } else if (!quoted.isEmpty()) {
        names.add(quoted);
      }
    }
    return names;
  }
}
