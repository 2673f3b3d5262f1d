package dev.sanaq.kubernetes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The pod that this program runs in. */
@ConfigMapping(prefix = "sanaq.kubernetes")
public interface KubernetesConfig {
  /** The pod's name: where it is given, a worker says on its pod whether it is busy. */
  Optional<String> pod();

  /** The pod's namespace. */
  @WithDefault("default")
  String namespace();
}
