package dev.sanaq.faults.audit;

/** The size of a run: the short form, which every build runs, or the long one. */
public enum FaultScale {
  SHORT,
  LONG;

  /** Reads the system property {@code faults}. */
  public static FaultScale fromSystemProperty() {
    String name = System.getProperty("faults", "short");
    return switch (name) {
      case "short" -> SHORT;
      case "long" -> LONG;
      default -> throw new IllegalArgumentException("-Dfaults is short or long, not " + name);
    };
  }

  /** Returns one of two amounts, by form. */
  public int of(int ifShort, int ifLong) {
    return this == SHORT ? ifShort : ifLong;
  }

  /** Returns the seed of all randomness: the property {@code faults.seed}, or a fixed one. */
  public static long seed() {
    return Long.getLong("faults.seed", 20241015L);
  }
}
