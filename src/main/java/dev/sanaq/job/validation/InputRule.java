package dev.sanaq.job.validation;

import dev.sanaq.job.RequestFields;
import dev.sanaq.job.input.InputSource;
import dev.sanaq.job.input.JobInputs;
import dev.sanaq.job.input.JobInputs.Pag;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rules for input images and perturbed-attention guidance. */
final class InputRule {
  private static final double MAX_SCALE = 20;
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
        source(fields, RequestFields.CONTROL, allowHttp),
        fields.number(RequestFields.CONTROL_SCALE, 1, 0, MAX_SCALE),
        pag(fields),
        Map.of());
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
