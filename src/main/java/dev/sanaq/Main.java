package dev.sanaq;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The program's entry: one artifact, its role chosen by the first argument. */
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String... args) {
    Quarkus.run(args);
  }
}
