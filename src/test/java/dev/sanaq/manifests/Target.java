package dev.sanaq.manifests;

import java.util.Map;

/**
 * What an object is called.
 *
 * @param apiVersion its group and version
 * @param kind its kind
 * @param name its name
 */
record Target(String apiVersion, String kind, String name) {
  static Target of(Map<String, Object> object) {
    return new Target(
        Yaml.word(object, "apiVersion"),
        Yaml.word(object, "kind"),
        Yaml.word(object, "metadata", "name"));
  }
}
