package dev.sanaq.cluster;

import dev.sanaq.cluster.control.Kubectl;
import dev.sanaq.cluster.control.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How the overlays are applied. */
final class Overlays {
  private static final Path FOLDER = Path.of("target/faults/cluster");

  private Overlays() {}

  /** Returns the arguments of kubectl that apply a folder server-side, strictly. */
  static String[] strict(String folder) {
    return new String[] {"apply", "--server-side", "--validate=strict", "-k", folder};
  }

  /** The recipe of k8s/README.md for a first installation that starts no worker. */
  static void createWorkerWithoutReplicas(Kubectl kubectl) {
    String folder = FOLDER.resolve("rendered").toString();
    Shell.check(
        "sh",
        "-ec",
        """
        mkdir -p %s
        kubectl kustomize load-tests/cluster/pool -o %s
        sed 's/^spec:/spec:\\n  replicas: 0/' %s/apps_v1_deployment_sanaq-worker.yaml > %s/worker.yaml
        """
            .formatted(folder, folder, folder, folder));
    kubectl.run("create", "-f", folder + "/worker.yaml");
  }

  /** Writes a kustomization of the overlay for a cloud with monitoring; returns its folder. */
  static String cloudWithMonitoring() throws IOException {
    Path folder = Files.createDirectories(FOLDER.resolve("cloud"));
    Path up = folder.toAbsolutePath().relativize(Path.of("").toAbsolutePath());
    Files.writeString(
        folder.resolve("kustomization.yaml"),
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: sanaq
        resources: [%s/k8s/overlays/cloud]
        components: [%s/k8s/components/monitoring]
        """
            .formatted(up, up));
    return folder.toString();
  }
}
