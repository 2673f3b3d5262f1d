package dev.sanaq.kubernetes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The pod of this process. */
@ConfigMapping(prefix = "sanaq.kubernetes")
public interface KubernetesConfig {
  /** The pod's name; if set, a worker keeps its pod's deletion cost up to date. */
  Optional<String> pod();

  /** The pod's namespace. */
  @WithDefault("default")
  String namespace();
}
