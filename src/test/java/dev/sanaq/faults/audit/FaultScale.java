package dev.sanaq.faults.audit;

/** How much of everything: the short form that every build runs, or the long one. */
public enum FaultScale {
  SHORT,
  LONG;

  /** As the system property {@code faults} says. */
  public static FaultScale fromSystemProperty() {
    String name = System.getProperty("faults", "short");
    return switch (name) {
      case "short" -> SHORT;
      case "long" -> LONG;
      default -> throw new IllegalArgumentException("-Dfaults is short or long, not " + name);
    };
  }

  /** One of two amounts. */
  public int of(int ifShort, int ifLong) {
    return this == SHORT ? ifShort : ifLong;
  }

  /** The seed of everything random: the system property {@code faults.seed}, else a fixed one. */
  public static long seed() {
    return Long.getLong("faults.seed", 20241015L);
  }
}
