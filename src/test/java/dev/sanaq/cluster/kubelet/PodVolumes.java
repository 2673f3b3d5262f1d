package dev.sanaq.cluster.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cluster.control.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The volumes of a pod as folders of this machine, with the owners and modes that Kubernetes gives
 * them: emptyDir, secret, and projected. Used by one thread at a time.
 */
final class PodVolumes {
  private static final int DEFAULT_MODE = 0644;
  private static final int GROUP_READ = 0440;

  private final JsonNode pod;
  private final NamespaceData data;
  private final Path folder;
  private final int group;
  private Map<String, byte[]> tokens = new TreeMap<>();

  PodVolumes(JsonNode pod, NamespaceData data, Path folder) {
    this.pod = pod;
    this.data = data;
    this.folder = folder;
    this.group = pod.at("/spec/securityContext/fsGroup").asInt(0);
  }

  /** Returns the folder of a volume. */
  Path folder(String volume) {
    return folder.resolve(volume);
  }

  /**
   * Creates all volumes.
   *
   * @throws MissingReferenceException if a Secret or a ConfigMap does not exist
   */
  void create() throws MissingReferenceException {
    try {
      for (JsonNode volume : pod.at("/spec/volumes")) {
        Path target = Files.createDirectories(folder(volume.path("name").asText()));
        // setgid: files of the pod belong to fsGroup.
        Shell.check("chown", "0:" + group, target.toString());
        Shell.check("chmod", volume.has("emptyDir") ? "2777" : "2755", target.toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    update();
  }

  /**
   * Writes the files of Secrets and service accounts that are new or changed.
   *
   * @throws MissingReferenceException if a Secret or a ConfigMap does not exist
   */
  void update() throws MissingReferenceException {
    for (JsonNode volume : pod.at("/spec/volumes")) {
      Path target = folder(volume.path("name").asText());
      if (volume.has("secret")) {
        JsonNode source = volume.get("secret");
        int mode = source.path("defaultMode").asInt(DEFAULT_MODE);
        write(target, secret(source), mode);
      } else if (volume.has("projected")) {
        JsonNode source = volume.get("projected");
        write(target, projected(source), source.path("defaultMode").asInt(DEFAULT_MODE));
      } else if (!volume.has("emptyDir")) {
        throw new IllegalArgumentException("unknown kind of volume: " + volume);
      }
    }
  }

  private Map<String, byte[]> secret(JsonNode source) throws MissingReferenceException {
    String name = source.path("secretName").asText();
    Optional<Map<String, byte[]>> entries = data.secret(name);
    if (entries.isEmpty() && !source.path("optional").asBoolean()) {
      throw new MissingReferenceException("secret \"%s\" not found".formatted(name));
    }
    return entries.orElse(Map.of());
  }

  private Map<String, byte[]> projected(JsonNode volume) throws MissingReferenceException {
    Map<String, byte[]> files = new TreeMap<>();
    for (JsonNode source : volume.path("sources")) {
      if (source.has("serviceAccountToken")) {
        JsonNode token = source.get("serviceAccountToken");
        files.putAll(token(token.path("path").asText(), token.path("expirationSeconds").asLong()));
      } else if (source.has("configMap")) {
        String name = source.at("/configMap/name").asText();
        files.putAll(
            data.configMap(name)
                .orElseThrow(
                    () ->
                        new MissingReferenceException(
                            "configmap \"%s\" not found".formatted(name))));
      } else {
        for (JsonNode item : source.at("/downwardAPI/items")) {
          files.put(item.path("path").asText(), data.namespace().getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return files;
  }

  // A run is shorter than a token's life, so one token serves the pod.
  private Map<String, byte[]> token(String path, long seconds) {
    if (tokens.isEmpty()) {
      String token =
          data.token(
              pod.at("/spec/serviceAccountName").asText("default"),
              seconds,
              pod.at("/metadata/name").asText(),
              pod.at("/metadata/uid").asText());
      tokens = Map.of(path, token.getBytes(StandardCharsets.UTF_8));
    }
    return tokens;
  }

  private void write(Path target, Map<String, byte[]> files, int mode) {
    int actual = group == 0 ? mode : mode | GROUP_READ;
    files.forEach(
        (name, content) -> {
          try {
            Path file = target.resolve(name);
            if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), content)) {
              return;
            }
            Path written = Files.write(folder.resolve("new-" + name), content);
            Shell.check("chown", "0:" + group, written.toString());
            Shell.check("chmod", Integer.toOctalString(actual), written.toString());
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
