package dev.sanaq.checkpoint.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.StepCache;
import dev.sanaq.sana.solver.StepCacheSchedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code step_cache.json}, which a checkpoint may have: the presets of its step cache. The format
 * is this project's; diffusers does not read the file.
 *
 * @param defaultPreset the preset of requests that name none
 * @param schedules the presets, at most one of a name, solver and number of steps
 */
public record StepCacheFile(String defaultPreset, List<StepCacheSchedule> schedules) {
  public static final String FILE = "step_cache.json";

  /** Of a checkpoint without the file. */
  public static final StepCacheFile NONE = new StepCacheFile(StepCache.NO_PRESET, List.of());

  static final String DEFAULT = "default";
  static final String SCHEDULES = "schedules";
  static final String PRESET = "preset";
  static final String SOLVER = "solver";
  static final String STEPS = "steps";
  static final String CACHED_STEPS = "cachedSteps";
  static final String ORDER = "order";
  static final String DISTANCE = "distance";

  public StepCacheFile {
    schedules = List.copyOf(schedules);
  }

  /**
   * Reads the file of a checkpoint's folder, if there is one.
   *
   * @throws dev.sanaq.checkpoint.CheckpointException with every problem of the file
   */
  public static StepCacheFile read(Path folder) {
    Path file = folder.resolve(FILE);
    return Files.exists(file) ? of(file.toString(), JsonFile.read(file)) : NONE;
  }

  static StepCacheFile of(String file, ObjectNode json) {
    ProblemCollector problems = new ProblemCollector();
    String preset = json.path(DEFAULT).asText(StepCache.NO_PRESET);
    if (!StepCache.PRESETS.contains(preset)) {
      problems.add(file, DEFAULT, presets(), JsonFile.shortened(json.path(DEFAULT)));
    }
    JsonNode list = json.path(SCHEDULES);
    if (!list.isArray()) {
      problems.add(file, SCHEDULES, "a list of schedules", JsonFile.shortened(list));
    }
    List<StepCacheSchedule> schedules = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      StepCacheSchedule schedule = schedule(file, i, list.get(i), problems);
      if (schedule != null) {
        schedules.add(schedule);
      }
    }
    problems.throwIfAny();
    return new StepCacheFile(preset, schedules);
  }

  private static String presets() {
    return "one of " + String.join(", ", StepCache.PRESETS);
  }

  private static @Nullable StepCacheSchedule schedule(
      String file, int index, JsonNode json, ProblemCollector problems) {
    String at = "%s[%s]".formatted(SCHEDULES, index);
    String preset = json.path(PRESET).asText();
    int steps = json.path(STEPS).asInt();
    List<Integer> cached = cachedSteps(json.path(CACHED_STEPS), steps);
    try {
      if (!StepCache.PRESETS.contains(preset) || preset.equals(StepCache.NO_PRESET)) {
        throw new IllegalArgumentException("unknown preset \"%s\"".formatted(preset));
      }
      SolverKind solver = SolverKind.of(json.path(SOLVER).asText());
      StepCache cache = StepCache.of(cached, json.path(ORDER).asInt(-1));
      return new StepCacheSchedule(
          preset,
          solver,
          steps,
          cache.cachedSteps(),
          cache.order(),
          json.path(DISTANCE).asDouble());
    } catch (IllegalArgumentException e) {
      problems.add(
          file,
          at,
          "preset, solver, steps, order and ascending cachedSteps from 1 to steps - 1",
          String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static List<Integer> cachedSteps(JsonNode json, int steps) {
    List<Integer> cached = new ArrayList<>();
    for (JsonNode step : json) {
      if (!step.isInt() || step.intValue() >= steps) {
        return List.of(0); // which no step cache takes
      }
      cached.add(step.intValue());
    }
    return json.isArray() ? cached : List.of(0);
  }

  /**
   * The same with other schedules in place of those of the same names, solvers and steps.
   *
   * @param added schedules
   */
  public StepCacheFile with(List<StepCacheSchedule> added) {
    List<StepCacheSchedule> all = new ArrayList<>(schedules);
    for (StepCacheSchedule one : added) {
      all.removeIf(other -> other.isFor(one.preset(), one.solver(), one.steps()));
      all.add(one);
    }
    return new StepCacheFile(defaultPreset, all);
  }

  /** The file's text. */
  public String toJson() {
    ObjectNode json = JsonFile.MAPPER.createObjectNode();
    json.put(DEFAULT, defaultPreset);
    ArrayNode list = json.putArray(SCHEDULES);
    for (StepCacheSchedule schedule : schedules) {
      ObjectNode one = list.addObject();
      one.put(PRESET, schedule.preset());
      one.put(SOLVER, schedule.solver().label());
      one.put(STEPS, schedule.steps());
      one.put(ORDER, schedule.order());
      schedule.cachedSteps().forEach(one.putArray(CACHED_STEPS)::add);
      one.put(DISTANCE, Math.round(schedule.distance() * 1000) / 1000.0);
    }
    return json.toPrettyString() + "\n";
  }
}
