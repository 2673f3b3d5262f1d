package dev.sanaq.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Errors by timestep in one unit, that of the velocity v = noise - latents, so that noise
 * prediction can be compared with velocity prediction: a predicted noise e' at sigma s gives v' =
 * (e' - x) / (1 - s), whose error is that of e' divided by 1 - s.
 */
final class AblationTable {
  private static final String[] SIGMAS = {"0.1", "0.3", "0.5", "0.7", "0.9"};

  /** By variant and step: the errors at each sigma, one array per seed. */
  private final Map<String, Map<Number, List<double[]>>> errors = new LinkedHashMap<>();

  /** Adds the evaluation of a run at a step: the squared error of its prediction, by sigma. */
  void add(String variant, boolean noise, Map<String, Object> measured) {
    double[] squares = new double[SIGMAS.length];
    for (int i = 0; i < SIGMAS.length; i++) {
      double square =
          ((Number) measured.getOrDefault("loss" + SIGMAS[i], Double.NaN)).doubleValue();
      double rest = 1 - Double.parseDouble(SIGMAS[i]);
      squares[i] = noise ? square / (rest * rest) : square;
    }
    Number step = (Number) measured.getOrDefault("step", 0);
    errors
        .computeIfAbsent(variant, v -> new LinkedHashMap<>())
        .computeIfAbsent(step, s -> new ArrayList<>())
        .add(squares);
  }

  /** Renders a Markdown table of means over the seeds. */
  String markdown() {
    StringBuilder text = new StringBuilder("| variant | step | seeds |");
    for (String sigma : SIGMAS) {
      text.append(" sigma ").append(sigma).append(" |");
    }
    text.append(" mean |\n|---|---:|---:|").append("---:|".repeat(SIGMAS.length + 1)).append('\n');
    errors.forEach(
        (variant, steps) ->
            steps.forEach(
                (step, seeds) ->
                    text.append("| %s | %s | %s |".formatted(variant, step, seeds.size()))
                        .append(cells(seeds))
                        .append('\n')));
    return text.toString();
  }

  private static String cells(List<double[]> seeds) {
    StringBuilder cells = new StringBuilder();
    double sum = 0;
    for (int i = 0; i < SIGMAS.length; i++) {
      int sigma = i;
      double mean = seeds.stream().mapToDouble(errors -> errors[sigma]).average().orElseThrow();
      sum += mean;
      cells.append(String.format(Locale.ROOT, " %.3f |", mean));
    }
    return cells.append(String.format(Locale.ROOT, " %.3f |", sum / SIGMAS.length)).toString();
  }
}
