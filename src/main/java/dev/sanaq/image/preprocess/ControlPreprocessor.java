package dev.sanaq.image.preprocess;

import dev.sanaq.image.RgbImage;
import java.util.List;

/** Makes the input of a ControlNet from an image: white lines on black. Stateless. */
public sealed interface ControlPreprocessor permits CannyEdges, ScribbleThinning {
  /** The names of all preprocessors. */
  List<String> NAMES = List.of(CannyEdges.NAME, ScribbleThinning.NAME);

  /** Its name in requests, options and training configurations. */
  String name();

  /**
   * The lines of an image.
   *
   * @return of the same size, each pixel black or white
   */
  RgbImage process(RgbImage image);

  /**
   * A preprocessor with its default settings.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  static ControlPreprocessor of(String name) {
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
