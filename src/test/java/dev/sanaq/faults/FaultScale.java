package dev.sanaq.faults;

/** How much of everything: the short form that every build runs, or the long one. */
enum FaultScale {
  SHORT,
  LONG;

  /** As the system property {@code faults} says. */
  static FaultScale fromSystemProperty() {
    String name = System.getProperty("faults", "short");
    return switch (name) {
      case "short" -> SHORT;
      case "long" -> LONG;
      default -> throw new IllegalArgumentException("-Dfaults is short or long, not " + name);
    };
  }

  /** One of two amounts. */
  int of(int ifShort, int ifLong) {
    return this == SHORT ? ifShort : ifLong;
  }

  /** The seed of everything random: the system property {@code faults.seed}, else a fixed one. */
  static long seed() {
    return Long.getLong("faults.seed", 20241015L);
  }
}
