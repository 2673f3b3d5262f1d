package dev.sanaq.job.validation;

import dev.sanaq.job.RequestFields;
import dev.sanaq.job.input.InputSource;
import dev.sanaq.job.input.JobInputs;
import dev.sanaq.job.input.JobInputs.Control;
import dev.sanaq.job.input.JobInputs.Pag;
import dev.sanaq.job.input.JobInputs.Preprocessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rules for input images and perturbed-attention guidance. */
final class InputRule {
  private static final double MAX_SCALE = 20;
  private static final int MAX_NAME_LENGTH = 128;
  private static final String NAME = "[A-Za-z0-9_-][A-Za-z0-9._-]*";
  private static final String CANNY = "canny";
  private static final List<String> PREPROCESSORS = List.of(CANNY, "scribble");
  private static final double LOW_THRESHOLD = 100;
  private static final double HIGH_THRESHOLD = 200;
  private static final double MAX_THRESHOLD = 2040;
  private static final double MAX_SIGMA = 10;
  private static final double DEFAULT_PAG_SCALE = 3;
  private static final int MAX_LAYERS = 64;
  private static final int MAX_LAYER = 511;

  private InputRule() {}

  /**
   * Reads and validates them.
   *
   * @param allowHttp whether URLs may be http besides https
   */
  static JobInputs read(FieldReader fields, boolean allowHttp) {
    Optional<InputSource> image = source(fields, RequestFields.IMAGE, allowHttp);
    Optional<InputSource> mask = source(fields, RequestFields.MASK, allowHttp);
    if (mask.isPresent() && !fields.has(RequestFields.IMAGE)) {
      fields.reject(RequestFields.MASK, "nothing without an image", "");
    }
    double strength = fields.number(RequestFields.STRENGTH, JobInputs.DEFAULT_STRENGTH, 0, 1);
    if (strength == 0) {
      fields.reject(RequestFields.STRENGTH, "a number above 0, at most 1", strength);
    }
    return new JobInputs(
        image,
        mask,
        strength == 0 ? JobInputs.DEFAULT_STRENGTH : strength,
        fields.flag(RequestFields.COMPOSITE, true),
        control(fields, source(fields, RequestFields.CONTROL, allowHttp)),
        pag(fields),
        Map.of(),
        (fields.has(RequestFields.IMAGE) || fields.has(RequestFields.CONTROL))
            && !fields.has(RequestFields.WIDTH)
            && !fields.has(RequestFields.HEIGHT));
  }

  private static Optional<InputSource> source(FieldReader fields, String name, boolean allowHttp) {
    Object value = fields.value(name);
    if (value == null) {
      return Optional.empty();
    }
    Optional<InputSource> source = InputSource.parse(value, allowHttp);
    return source.isPresent()
        ? source
        : fields.reject(name, InputSource.ALLOWED, Optional.<InputSource>empty());
  }

  /** Without an image the fields of a ControlNet have no effect. */
  private static Optional<Control> control(FieldReader fields, Optional<InputSource> image) {
    String name = fields.string(RequestFields.CONTROLNET, "", 0, MAX_NAME_LENGTH);
    if (!name.isEmpty() && !name.matches(NAME)) {
      name =
          fields.reject(
              RequestFields.CONTROLNET,
              "the name of a ControlNet of the model: A-Z a-z 0-9 . _ -, not a dot first",
              "");
    }
    double scale = fields.number(RequestFields.CONTROL_SCALE, 1, 0, MAX_SCALE);
    List<Double> interval =
        GuidanceIntervalRule.read(fields, RequestFields.CONTROL_INTERVAL, ModelDefaults.ALL_STEPS);
    Optional<Preprocessor> preprocessor = preprocessor(fields);
    String controlNet = name;
    return image.map(source -> new Control(source, controlNet, scale, interval, preprocessor));
  }

  private static Optional<Preprocessor> preprocessor(FieldReader fields) {
    if (!fields.has(RequestFields.CONTROL_PREPROCESSOR)) {
      return Optional.empty();
    }
    int errorsBefore = fields.errors().size();
    FieldReader inner = fields.nested(RequestFields.CONTROL_PREPROCESSOR);
    if (fields.errors().size() > errorsBefore) {
      return Optional.empty(); // not an object, and reported as such
    }
    inner.rejectUnknown(RequestFields.OF_PREPROCESSOR);
    String name = inner.choice(RequestFields.PREPROCESSOR_NAME, "", PREPROCESSORS);
    if (!inner.has(RequestFields.PREPROCESSOR_NAME)) {
      name = inner.reject(RequestFields.PREPROCESSOR_NAME, "canny, scribble", "");
    }
    double low = inner.number(RequestFields.LOW_THRESHOLD, LOW_THRESHOLD, 0, MAX_THRESHOLD);
    double high =
        inner.number(RequestFields.HIGH_THRESHOLD, Math.max(HIGH_THRESHOLD, low), 0, MAX_THRESHOLD);
    if (low > high) {
      low = inner.reject(RequestFields.LOW_THRESHOLD, "at most highThreshold", high);
    }
    double sigma = inner.number(RequestFields.SIGMA, 0, 0, MAX_SIGMA);
    return Optional.of(new Preprocessor(name, low, high, sigma));
  }

  private static Optional<Pag> pag(FieldReader fields) {
    if (!fields.has(RequestFields.PAG)) {
      return Optional.empty();
    }
    FieldReader inner = fields.nested(RequestFields.PAG);
    inner.rejectUnknown(RequestFields.OF_PAG);
    double scale = inner.number(RequestFields.PAG_SCALE, DEFAULT_PAG_SCALE, 0, MAX_SCALE);
    double adaptive = inner.number(RequestFields.PAG_ADAPTIVE_SCALE, 0, 0, MAX_SCALE);
    List<Integer> layers = layers(inner);
    return scale == 0 ? Optional.empty() : Optional.of(new Pag(scale, adaptive, layers));
  }

  private static List<Integer> layers(FieldReader inner) {
    if (!inner.has(RequestFields.PAG_LAYERS)) {
      return List.of(0);
    }
    List<Integer> layers = new ArrayList<>();
    List<?> values = inner.list(RequestFields.PAG_LAYERS);
    for (Object value : values) {
      if (value instanceof Number number
          && number.doubleValue() == number.intValue()
          && number.intValue() >= 0
          && number.intValue() <= MAX_LAYER) {
        layers.add(number.intValue());
      }
    }
    return layers.size() == values.size() && !layers.isEmpty() && layers.size() <= MAX_LAYERS
        ? layers
        : inner.reject(
            RequestFields.PAG_LAYERS,
            "1 to %s block numbers from 0 to %s".formatted(MAX_LAYERS, MAX_LAYER),
            List.of(0));
  }
}
