package dev.sanaq.image.preprocess;

import java.util.List;

/** The preprocessors by name. */
public final class ControlPreprocessors {
  /** The names of all preprocessors. */
  public static final List<String> NAMES = List.of(CannyEdges.NAME, ScribbleThinning.NAME);

  private ControlPreprocessors() {}

  /**
   * A preprocessor with its default settings.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static ControlPreprocessor of(String name) {
    return switch (name) {
      case CannyEdges.NAME -> CannyEdges.DEFAULT;
      case ScribbleThinning.NAME -> new ScribbleThinning();
      default ->
          throw new IllegalArgumentException(
              "unknown preprocessor %s: must be one of %s"
                  .formatted(name, String.join(", ", NAMES)));
    };
  }
}
