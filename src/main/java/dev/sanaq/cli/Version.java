package dev.sanaq.cli;

import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.IVersionProvider;

/** The version that {@code --version} prints: the one of the build. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "sanaq " + ConfigProvider.getConfig().getValue("quarkus.application.version", String.class)
    };
  }
}
