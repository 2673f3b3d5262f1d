package dev.sanaq.manifests.render;

import java.util.Map;

/**
 * The identity of an object.
 *
 * @param apiVersion the API group and version
 * @param kind the kind
 * @param name the name
 */
public record ObjectReference(String apiVersion, String kind, String name) {
  /** Reads the identity of an object. */
  public static ObjectReference of(Map<String, Object> object) {
    return new ObjectReference(
        Yaml.string(object, "apiVersion"),
        Yaml.string(object, "kind"),
        Yaml.string(object, "metadata", "name"));
  }
}
