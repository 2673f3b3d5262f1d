package dev.sanaq.cli;

import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.IVersionProvider;

/** The program's version, as it was built. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "sanaq " + ConfigProvider.getConfig().getValue("quarkus.application.version", String.class)
    };
  }
}
