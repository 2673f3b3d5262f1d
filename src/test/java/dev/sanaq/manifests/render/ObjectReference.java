package dev.sanaq.manifests.render;

import java.util.Map;

/**
 * What an object is called.
 *
 * @param apiVersion its group and version
 * @param kind its kind
 * @param name its name
 */
public record ObjectReference(String apiVersion, String kind, String name) {
  public static ObjectReference of(Map<String, Object> object) {
    return new ObjectReference(
        Yaml.string(object, "apiVersion"),
        Yaml.string(object, "kind"),
        Yaml.string(object, "metadata", "name"));
  }
}
