package dev.sanaq.cluster.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The shell script that builds a container's root file system in a mount namespace of its own, and
 * becomes the container's process: its user, its groups, no capabilities, no new privileges. The
 * root holds this machine's programs and libraries read-only, the image's files and the volumes.
 */
final class ContainerScript {
  private static final String START =
      """
      set -e
      root=%s
      hosts=%s
      mount --make-rprivate /
      mount -t tmpfs tmpfs "$root"
      for name in bin sbin lib lib64 usr; do
        if [ -L "/$name" ]; then
          cp -P "/$name" "$root/$name"
        elif [ -d "/$name" ]; then
          mkdir "$root/$name"
          mount --bind "/$name" "$root/$name"
          mount -o remount,ro,bind "$root/$name"
        fi
      done
      # A copy: volumes may be mounted below it.
      cp -a /etc "$root/etc"
      mkdir -p "$root/proc" "$root/dev" "$root/sys" "$root/tmp"
      mount --rbind /proc "$root/proc"
      mount --rbind /dev "$root/dev"
      mount --rbind /sys "$root/sys"
      mount --bind "$hosts" "$root/etc/hosts"
      """;

  private ContainerScript() {}

  /**
   * Writes the script; its arguments are the container's command.
   *
   * @param folder for the script and the root
   * @param hosts the pod's {@code /etc/hosts}
   */
  static Path write(
      Path folder,
      Path hosts,
      JsonNode pod,
      JsonNode container,
      ContainerImage image,
      PodVolumes volumes) {
    StringBuilder script = new StringBuilder();
    try {
      Path root = Files.createDirectories(folder.resolve("root"));
      script.append(START.formatted(root, hosts));
      image.files().forEach((path, file) -> bind(script, file, path, true));
      for (JsonNode mount : container.path("volumeMounts")) {
        bind(
            script,
            volumes.folder(mount.path("name").asText()),
            mount.path("mountPath").asText(),
            mount.path("readOnly").asBoolean());
      }
      if (container.at("/securityContext/readOnlyRootFilesystem").asBoolean()) {
        script.append("mount -o remount,ro \"$root\"\n");
      }
      script.append("exec chroot \"$root\" setpriv ");
      script.append(String.join(" ", privileges(pod, container, image)));
      script.append(" env --chdir=");
      script.append(image.files().containsKey("/opt/sanaq") ? "/opt/sanaq" : "/");
      script.append(" \"$@\"\n");
      Path file = folder.resolve(container.path("name").asText() + ".sh");
      return Files.writeString(file, script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the command line that runs a script with nothing but the given environment. */
  static List<String> line(
      Path script, String networkNamespace, Map<String, String> environment, List<String> command) {
    List<String> line = new ArrayList<>(List.of("env", "-i"));
    environment.forEach((name, value) -> line.add(name + "=" + value));
    line.addAll(List.of("ip", "netns", "exec", networkNamespace, "unshare", "--mount", "sh"));
    line.add(script.toString());
    line.addAll(command);
    return line;
  }

  private static void bind(StringBuilder script, Path source, String path, boolean readOnly) {
    String target = "\"$root" + path + "\"";
    if (Files.isDirectory(source)) {
      // The JDK may lie below /usr, which is there already and cannot be written to.
      script.append("[ -d %s ] || mkdir -p %s\n".formatted(target, target));
    } else {
      script.append("touch %s\n".formatted(target));
    }
    script.append("mount --bind %s %s\n".formatted(source, target));
    if (readOnly) {
      script.append("mount -o remount,ro,bind %s\n".formatted(target));
    }
  }

  private static List<String> privileges(JsonNode pod, JsonNode container, ContainerImage image) {
    JsonNode ofPod = pod.at("/spec/securityContext");
    JsonNode own = container.path("securityContext");
    int user = own.path("runAsUser").asInt(ofPod.path("runAsUser").asInt(image.user()));
    int group = own.path("runAsGroup").asInt(ofPod.path("runAsGroup").asInt(image.user()));
    List<String> options = new ArrayList<>(List.of("--reuid=" + user, "--regid=" + group));
    options.add(
        ofPod.has("fsGroup") ? "--groups=" + ofPod.get("fsGroup").asInt() : "--clear-groups");
    if (!own.path("allowPrivilegeEscalation").asBoolean(true)) {
      options.add("--no-new-privs");
    }
    if (own.at("/capabilities/drop/0").asText().equals("ALL")) {
      options.addAll(List.of("--bounding-set=-all", "--inh-caps=-all"));
    }
    return options;
  }
}
