package dev.sanaq.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The network policies permit what the parts need, and what the documentation promises. */
class NetworkPolicyTest {
  private static List<Map<String, Object>> objects = List.of();

  @BeforeAll
  static void render() {
    objects = Kustomization.render(Path.of("k8s/overlays/cloud"));
  }

  /** The traces of observability.md: gRPC and HTTP. */
  @Test
  void egress_permitsTraceCollector() {
    assertThat(ports(rules("sanaq", "egress"))).contains("4317", "4318");
  }

  /** Where AWS' SDK gets the credentials of a node's role, of a task's and of a pod's identity. */
  @Test
  void egress_permitsCredentialEndpoints() {
    List<Map<String, Object>> rules =
        rules("sanaq", "egress").stream()
            .filter(rule -> ports(List.of(rule)).contains("80"))
            .toList();
    assertThat(rules)
        .singleElement()
        .satisfies(
            rule ->
                assertThat(Yaml.maps(rule, "to"))
                    .extracting(to -> Yaml.string(to, "ipBlock", "cidr"))
                    .containsExactlyInAnyOrder(
                        "169.254.169.254/32",
                        "169.254.170.2/32",
                        "169.254.170.23/32",
                        "fd00:ec2::254/128",
                        "fd00:ec2::23/128"));
  }

  /** Ingress controllers and gateways of the Gateway API differ in name; a label admits any. */
  @Test
  void gatewayIngress_admitsNamespacesByLabel() throws IOException {
    List<Map<String, Object>> clients =
        rules("sanaq-gateway", "ingress").stream()
            .flatMap(rule -> Yaml.maps(rule, "from").stream())
            .toList();
    assertThat(clients)
        .extracting(from -> Yaml.map(from, "namespaceSelector", "matchLabels"))
        .contains(Map.of("sanaq.dev/gateway-access", "true"))
        .contains(Map.of("kubernetes.io/metadata.name", "keda"));
    assertThat(clients.toString()).as("retired").doesNotContain("ingress-nginx");
    assertThat(Files.readString(Path.of("k8s/README.md")))
        .contains("sanaq.dev/gateway-access=true", "sanaq.dev/metrics-access=true");
  }

  @Test
  void metricsIngress_admitsNamespacesByLabel() {
    assertThat(
            rules("sanaq", "ingress").stream()
                .flatMap(rule -> Yaml.maps(rule, "from").stream())
                .map(from -> Yaml.map(from, "namespaceSelector", "matchLabels")))
        .contains(Map.of("sanaq.dev/metrics-access", "true"))
        .contains(Map.of("kubernetes.io/metadata.name", "monitoring"));
  }

  private static List<Map<String, Object>> rules(String policy, String direction) {
    return objects.stream()
        .filter(object -> ObjectReference.of(object).kind().equals("NetworkPolicy"))
        .filter(object -> ObjectReference.of(object).name().equals(policy))
        .flatMap(object -> Yaml.maps(Yaml.map(object, "spec"), direction).stream())
        .toList();
  }

  private static TreeSet<String> ports(List<Map<String, Object>> rules) {
    TreeSet<String> ports = new TreeSet<>();
    rules.forEach(rule -> Yaml.maps(rule, "ports").forEach(p -> ports.add(Yaml.string(p, "port"))));
    return ports;
  }
}
