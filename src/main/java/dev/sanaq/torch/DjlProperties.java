package dev.sanaq.torch;

/**
 * Settings that DJL reads when its first class is used. Stateless.
 *
 * <p>With a GPU in sight DJL's tokenizers would download native code for that GPU, without a
 * checksum, and DJL's engine looks for libraries in the same way: this program runs only what is in
 * its jars or what the operator installed.
 */
public final class DjlProperties {
  private DjlProperties() {}

  /** Applies the settings; call it before the first use of any class of {@code ai.djl}. */
  public static void apply() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    // DJL reports usage over the network by default.
    if (System.getProperty("OPT_OUT_TRACKING") == null) {
      System.setProperty("OPT_OUT_TRACKING", "true");
    }
  }
}
