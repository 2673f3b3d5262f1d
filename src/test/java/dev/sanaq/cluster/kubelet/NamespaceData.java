package dev.sanaq.cluster.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cluster.control.ApiClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The entries of Secrets and ConfigMaps of a namespace, and tokens of its service accounts. */
record NamespaceData(ApiClient api, String namespace) {
  /** Returns a Secret's entries; empty if there is no such Secret. */
  Optional<Map<String, byte[]>> secret(String name) {
    return entries("secrets", name, text -> Base64.getDecoder().decode(text));
  }

  /** Returns a ConfigMap's entries; empty if there is no such ConfigMap. */
  Optional<Map<String, byte[]>> configMap(String name) {
    return entries("configmaps", name, text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a token that is valid while the pod exists. */
  String token(String account, long seconds, String pod, String uid) {
    return api.create(
            "/api/v1/namespaces/%s/serviceaccounts/%s/token".formatted(namespace, account),
            """
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
             "spec": {"expirationSeconds": %s,
                      "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "%s", "uid": "%s"}}}
            """
                .formatted(seconds, pod, uid))
        .at("/status/token")
        .asText();
  }

  private Optional<Map<String, byte[]>> entries(
      String resource, String name, java.util.function.Function<String, byte[]> decode) {
    return api.find("/api/v1/namespaces/%s/%s/%s".formatted(namespace, resource, name))
        .map(
            object -> {
              Map<String, byte[]> entries = new TreeMap<>();
              JsonNode data = object.path("data");
              data.fields()
                  .forEachRemaining(
                      e -> entries.put(e.getKey(), decode.apply(e.getValue().asText())));
              return entries;
            });
  }
}
