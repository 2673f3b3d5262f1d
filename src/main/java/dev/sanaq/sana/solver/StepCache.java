package dev.sanaq.sana.solver;

import java.util.List;

/**
 * The denoising steps that do not evaluate the network: their prediction is extrapolated from those
 * of the last evaluated steps. The steps are fixed before the first one (cache-dit's steps
 * computation mask), so that an image does not depend on those of its batch; the extrapolation is
 * that of TaylorSeer (arXiv 2503.06923), of the network's output as a whole.
 *
 * @param preset a name of {@link #PRESETS}, whose steps the checkpoint has, or {@link #CUSTOM}
 * @param cachedSteps the extrapolated steps of a custom one, from 0, ascending
 * @param order of the extrapolation of a custom one, 0 to {@link #MAX_ORDER}
 */
public record StepCache(String preset, List<Integer> cachedSteps, int order) {
  /** Every step evaluates the network. */
  public static final String NO_PRESET = "none";

  /** Steps that are given instead of a preset's. */
  public static final String CUSTOM = "custom";

  /** The names in requests, from none to the fastest; cache-dit has the same. */
  public static final List<String> PRESETS = List.of(NO_PRESET, "slow", "medium", "fast", "ultra");

  /** Higher orders amplify errors. */
  public static final int MAX_ORDER = 3;

  /** Every step evaluates the network. */
  public static final StepCache NONE = new StepCache(NO_PRESET, List.of(), 0);

  public StepCache {
    cachedSteps = List.copyOf(cachedSteps);
    if (!PRESETS.contains(preset) && !preset.equals(CUSTOM)) {
      throw new IllegalArgumentException(
          "unknown step cache \"%s\"; known: %s".formatted(preset, String.join(", ", PRESETS)));
    }
    if (order < 0 || order > MAX_ORDER) {
      throw new IllegalArgumentException(
          "order %s of a step cache: expected 0 to %s".formatted(order, MAX_ORDER));
    }
    for (int i = 0; i < cachedSteps.size(); i++) {
      if (cachedSteps.get(i) <= (i == 0 ? 0 : cachedSteps.get(i - 1))) {
        throw new IllegalArgumentException(
            "cached steps %s: expected ascending steps after step 0".formatted(cachedSteps));
      }
    }
  }

  /**
   * A preset of the checkpoint.
   *
   * @throws IllegalArgumentException if there is none of this name; the message lists the names
   */
  public static StepCache ofPreset(String name) {
    return new StepCache(name, List.of(), 0);
  }

  /** These steps, whatever presets the checkpoint has. */
  public static StepCache of(List<Integer> cachedSteps, int order) {
    return new StepCache(CUSTOM, cachedSteps, order);
  }

  /** Whether every step evaluates the network. */
  public boolean isNone() {
    return preset.equals(NO_PRESET) || (preset.equals(CUSTOM) && cachedSteps.isEmpty());
  }
}
