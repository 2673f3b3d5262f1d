package dev.sanaq.cluster.kubelet;

import dev.sanaq.cluster.control.ClusterTools;
import dev.sanaq.manifests.Containerfile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an image brings to a container. The files of the system and the JDK are this machine's.
 *
 * @param user the user and the group if the pod names none
 * @param environment by variable
 * @param entrypoint the command if the pod names none
 * @param files by path in the container, the file or folder of this machine
 */
record ContainerImage(
    int user, Map<String, String> environment, List<String> entrypoint, Map<String, Path> files) {
  private static final String KEDA = "ghcr.io/kedacore/";
  private static final int KEDA_USER = 65532;

  /**
   * Returns the image of a name: the project's, as its container file says, or one of KEDA's.
   *
   * @throws IllegalArgumentException if there is no such image
   */
  static ContainerImage of(String name, ClusterTools tools) {
    String repository = name.replaceFirst(":[^/]*$", "");
    if (repository.equals("sanaq-worker-cpu")) {
      return ofWorker();
    }
    if (repository.startsWith(KEDA)) {
      String program =
          switch (repository.substring(KEDA.length())) {
            case "keda" -> "keda";
            case "keda-metrics-apiserver" -> "keda-adapter";
            case "keda-admission-webhooks" -> "keda-admission-webhooks";
            default -> throw new IllegalArgumentException("no image " + name);
          };
      return new ContainerImage(
          KEDA_USER,
          Map.of(),
          List.of("/" + program),
          Map.of("/" + program, tools.binary(program)));
    }
    throw new IllegalArgumentException("no image " + name);
  }

  private static ContainerImage ofWorker() {
    Containerfile file = new Containerfile(Path.of("deploy/worker-cpu.Containerfile"));
    Map<String, String> environment = new TreeMap<>(file.environment());
    Path jdk = Path.of(System.getProperty("java.home"));
    environment.put(
        "PATH", jdk + "/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    return new ContainerImage(
        Integer.parseInt(file.of("USER").get(0).split(":", 2)[0]),
        environment,
        strings(file.of("ENTRYPOINT").get(0)),
        Map.of("/opt/sanaq", Path.of("target/quarkus-app").toAbsolutePath(), jdk.toString(), jdk));
  }

  private static List<String> strings(String array) {
    return Arrays.stream(array.replaceAll("[\\[\\]\"]", "").split(",", -1))
        .map(String::strip)
        .toList();
  }
}
