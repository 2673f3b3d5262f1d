package dev.sanaq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.cluster.control.Shell;
import java.time.Duration;

/** A pod that reads the Kafka user's key store, as a worker has it mounted. */
final class SecretReaderPod {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  private SecretReaderPod() {}

  /** Runs a pod that reads the user's key store, and returns its phase at the end. */
  static String phaseAtEnd(SanaqCluster cluster, String name, String securityContext) {
    String ids = "    runAsNonRoot: true\n" + securityContext;
    Shell.Result created =
        cluster
            .kubectl()
            .tryRun(
                manifest(
                    name,
                    ids,
                    """
                          securityContext:
                            allowPrivilegeEscalation: false
                            capabilities:
                              drop: [ALL]
                    """),
                "create",
                "-f",
                "-");
    assertThat(created.succeeded()).as(created.output()).isTrue();
    String[] phase = new String[1];
    cluster.await(
        "pod %s ends".formatted(name),
        TIMEOUT,
        () -> {
          phase[0] = cluster.api().get(SanaqCluster.podPath(name)).at("/status/phase").asText();
          return phase[0].equals("Succeeded") || phase[0].equals("Failed");
        });
    cluster.kubectl().run("delete", "pod", name, "-n", SanaqCluster.NAMESPACE, "--wait=false");
    return phase[0];
  }

  /** The pod's manifest; the rest of its security contexts is the caller's. */
  static String manifest(String name, String ofPod, String ofContainer) {
    return """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
          namespace: sanaq
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          securityContext:
            seccompProfile:
              type: RuntimeDefault
        %s  containers:
            - name: reader
              image: sanaq-worker-cpu:dev
              command: [cat, /etc/kafka/user/user.p12]
              volumeMounts:
                - name: user
                  mountPath: /etc/kafka/user
        %s  volumes:
            - name: user
              secret:
                secretName: sanaq
                defaultMode: 288
        """
        .formatted(name, ofPod, ofContainer);
  }
}
