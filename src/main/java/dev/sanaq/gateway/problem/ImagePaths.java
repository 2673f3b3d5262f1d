package dev.sanaq.gateway.problem;

import java.util.List;

/** The paths that take images: their bodies are larger and of other types. */
public final class ImagePaths {
  /** Uploads an image. */
  public static final String UPLOADS = "/v1/uploads";

  /** OpenAI's edits. */
  public static final String EDITS = "/v1/images/edits";

  /** OpenAI's variations. */
  public static final String VARIATIONS = "/v1/images/variations";

  private ImagePaths() {}

  /** Whether bodies of the path hold images. */
  static boolean takesImages(String path) {
    return List.of(UPLOADS, EDITS, VARIATIONS).contains(path);
  }

  /** The media types of bodies, for messages. */
  static String bodyTypes(String path) {
    if (path.equals(UPLOADS)) {
      return "image/png, image/jpeg, image/webp or multipart/form-data";
    }
    return takesImages(path) ? "multipart/form-data" : "application/json";
  }
}
