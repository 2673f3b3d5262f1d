package dev.sanaq.benchmark;

import dev.sanaq.benchmark.Spent.Moment;
import dev.sanaq.image.PngEncoder;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.Drawing;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.Painter;
import dev.sanaq.sana.Progress;
import dev.sanaq.sana.checkpoint.Checkpoint;
import dev.sanaq.torch.Devices;
import dev.sanaq.torch.Placement;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.Torch;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Draws pictures as a worker does, times every stage, and sets the times beside what the machine
 * can do at most, measured in the same process through the same engine.
 */
public final class Benchmark {
  private static final String[] SCENES = {
    "an astronaut riding a green horse on the moon, cinematic light, highly detailed",
    "a lighthouse in a storm at night, long exposure, waves against the rocks",
    "a bowl of oranges on a blue table, oil painting, soft morning light",
    "a narrow street in the old town after rain, reflections, evening",
    "a red fox asleep in the snow, shallow depth of field, photograph"
  };

  private final Plan plan;
  private final Work work;
  private final List<Line> lines = new ArrayList<>();
  private final List<Spent> texts = new ArrayList<>();
  private final List<Spent> prepares = new ArrayList<>();
  private final List<Spent> steps = new ArrayList<>();
  private final List<Spent> decodes = new ArrayList<>();
  private final List<Spent> encodes = new ArrayList<>();
  private int prompts;

  /** A measurement of this checkpoint. */
  public Benchmark(Checkpoint checkpoint, Plan plan) {
    this.plan = plan;
    this.work = new Work(checkpoint);
  }

  /**
   * Measures.
   *
   * @param loader loads the checkpoint; its time is a stage
   * @return a line a stage, then one a limit
   */
  public List<Line> run(Supplier<Painter> loader) {
    double started = sinceProcessStart();
    Moment moment = Moment.now();
    try (Painter painter = loader.get()) {
      Spent load = moment.since();
      ModelInfo model = painter.model();
      draw(painter, 1, plan.height(), plan.width());
      lines.add(new Line("start", started, Map.of()));
      lines.add(Line.of("load", List.of(load)));
      lines.add(Line.of("text cold", List.copyOf(texts)));
      lines.add(new Line("first picture", sinceProcessStart(), Map.of()));
      clear();
      for (int i = 0; i < plan.runs(); i++) {
        draw(painter, plan.timedSteps() + 1, plan.height(), plan.width());
      }
      List<Line> bySize = new ArrayList<>();
      List<Line> stages = stages();
      for (int side : plan.sizes()) {
        steps.clear();
        drawStepsAlone(painter, side);
        bySize.add(size(Line.of("step", steps), side, side));
      }
      conclude(model, stages, bySize);
    }
    return List.copyOf(lines);
  }

  private void conclude(ModelInfo model, List<Line> stages, List<Line> bySize) {
    long peak = Memory.peakMebibytes(); // before the limits' own matrices
    Precision precision = Precision.of(model.precision());
    Placement placement = placement(model);
    Limits limits = Limits.measure(placement);
    double rate = limits.products().getOrDefault(precision, 0.0);
    double decodeRate =
        limits.products().getOrDefault(placement.in(precision).withoutInt8().precision(), 0.0);
    for (Line line : stages) {
      switch (line.stage()) {
        case "step" -> lines.add(percent(line, step(plan.height(), plan.width()), rate));
        case "decode" ->
            lines.add(percent(line, work.decode(plan.height(), plan.width()), decodeRate));
        case "image" -> lines.add(image(line, model, peak));
        default -> lines.add(line);
      }
    }
    for (Line line : bySize) {
      int side = (int) line.number("height").orElseThrow();
      double quadratic = work.quadraticAttention(side, side, 2) / rate / 1e9;
      lines.add(
          percent(line, step(side, side), rate)
              .with("with_quadratic_attention", line.seconds() + quadratic));
    }
    lines.addAll(limits.lines());
  }

  private double step(int height, int width) {
    return work.step(height, width, 2);
  }

  private static Line percent(Line line, double operations, double rate) {
    double reached = operations / line.seconds() / 1e9;
    return line.with("gflops", reached).with("percent_of_limit", 100 * reached / rate);
  }

  private static Placement placement(ModelInfo model) {
    return Devices.choose(model.device().startsWith("cuda") ? "cuda" : "cpu", model.precision());
  }

  private Line image(Line line, ModelInfo model, long peak) {
    return size(line, plan.height(), plan.width())
        .with("steps", plan.steps())
        .with("dtype", model.precision())
        .with("device", model.device())
        .with("threads", Torch.threads())
        .with("peak_rss_mib", peak);
  }

  private static Line size(Line line, int height, int width) {
    return line.with("height", height).with("width", width);
  }

  /** The medians, and one picture's time of them. */
  private List<Line> stages() {
    List<Line> found = new ArrayList<>();
    found.add(Line.of("text", texts));
    found.add(Line.of("prepare", prepares));
    found.add(Line.of("step", steps));
    found.add(Line.of("decode", decodes));
    found.add(Line.of("encode", encodes));
    double image =
        found.stream()
            .mapToDouble(l -> l.seconds() * (l.stage().equals("step") ? plan.steps() : 1))
            .sum();
    found.add(new Line("image", image, new LinkedHashMap<>()));
    return found;
  }

  private void clear() {
    List.of(texts, prepares, steps, decodes, encodes).forEach(List::clear);
  }

  private void draw(Painter painter, int count, int height, int width) {
    StepClock clock = new StepClock(false);
    RgbImage image =
        painter.draw(drawing(painter.model(), count, height, width), clock).images().get(0);
    decodes.add(clock.sinceLast());
    clock.take();
    Moment moment = Moment.now();
    PngEncoder.encode(image, Map.of());
    encodes.add(moment.since());
  }

  private void drawStepsAlone(Painter painter, int side) {
    StepClock clock = new StepClock(true);
    try {
      painter.draw(drawing(painter.model(), plan.timedSteps() + 1, side, side), clock);
    } catch (StepClock.Enough e) {
      clock.take();
    }
  }

  private Drawing drawing(ModelInfo model, int count, int height, int width) {
    int n = prompts++;
    String prompt = SCENES[n % SCENES.length] + (n < SCENES.length ? "" : ", take " + n);
    return new Drawing(
        prompt, "", width, height, count, model.guidanceScale(), n, 1, model.solver(), false, true);
  }

  /** Hears when the text is encoded and when a step has ended. */
  private final class StepClock implements Progress {
    private final boolean stop;
    private final List<Spent> own = new ArrayList<>();
    private Moment last = Moment.now();

    /** Thrown after the last step where the picture itself is not wanted. */
    private static final class Enough extends RuntimeException {
      private static final long serialVersionUID = 1L;
    }

    StepClock(boolean stop) {
      this.stop = stop;
    }

    @Override
    public void stepped(int done, int all) {
      Spent spent = last.since();
      if (done == 0) {
        texts.add(spent);
      } else {
        own.add(spent);
      }
      last = Moment.now();
      if (stop && done == all) {
        throw new Enough();
      }
    }

    Spent sinceLast() {
      return last.since();
    }

    /** The first step has in it what is prepared once a picture. */
    void take() {
      if (own.size() > 1) {
        List<Spent> pure = own.subList(1, own.size());
        steps.addAll(pure);
        prepares.add(own.get(0).minus(pure.get(0)));
      }
    }
  }

  private static double sinceProcessStart() {
    long start = ManagementFactory.getRuntimeMXBean().getStartTime();
    return (System.currentTimeMillis() - start) / 1e3;
  }
}
