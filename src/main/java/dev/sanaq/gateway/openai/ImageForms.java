package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.problem.ImagePaths;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.upload.CheckedImage;
import dev.sanaq.gateway.upload.MultipartForm;
import dev.sanaq.gateway.upload.UploadStore;
import dev.sanaq.image.decode.ImageHeader;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.RequestFields;
import dev.sanaq.kafka.request.LimitsConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the forms of OpenAI's edits and variations, and stores their images for the workers. Any
 * number of threads; blocks.
 */
@ApplicationScoped
class ImageForms {
  /** What is generated anew where the mask is transparent keeps nothing of the image. */
  private static final double MASK_STRENGTH = 1;

  /**
   * Sana removes spaces at the ends of a prompt: the contract's way to say nothing, whose prompt
   * has one character at least.
   */
  private static final String NO_PROMPT = " ";

  private final UploadStore uploads;
  private final ModelNames models;
  private final boolean inlineByDefault;
  private final int maxSide;

  ImageForms(UploadStore uploads, ModelNames models, GatewayConfig config, LimitsConfig limits) {
    this.uploads = uploads;
    this.models = models;
    this.inlineByDefault = config.openai().inlineByDefault();
    this.maxSide = limits.maxSide();
  }

  /**
   * Reads a form.
   *
   * @param path {@link ImagePaths#EDITS} or {@link ImagePaths#VARIATIONS}
   * @param contentLength of the body; null if it is not known
   * @throws ProblemException if something in it is wrong
   */
  OpenAiRequest read(
      Caller caller,
      String path,
      InputStream body,
      String contentType,
      @Nullable Long contentLength) {
    return uploads.withBody(
        contentLength,
        path,
        () -> request(caller, path, uploads.readForm(contentType, body, path)));
  }

  private OpenAiRequest request(Caller caller, String path, MultipartForm form) {
    boolean edit = path.equals(ImagePaths.EDITS);
    CheckedImage image = uploads.check(RequestFields.IMAGE, onlyImage(form));
    Optional<CheckedImage> mask =
        form.all(RequestFields.MASK).stream()
            .filter(bytes -> edit)
            .findFirst()
            .map(bytes -> uploads.check(RequestFields.MASK, bytes));
    mask.ifPresent(file -> requireSameSize(image.header(), file.header()));

    Map<String, Object> texts = OpenAiForm.body(form);
    OpenAiRequest request = OpenAiRequest.of(texts, inlineByDefault);
    Map<String, Object> fields = request.fields();
    models.apply(fields);
    if (!edit) {
      fields.putIfAbsent(RequestFields.PROMPT, NO_PROMPT);
    }
    Object strength = texts.get(RequestFields.STRENGTH);
    if (strength != null || mask.isPresent()) {
      fields.put(RequestFields.STRENGTH, strength == null ? MASK_STRENGTH : strength);
    }
    if (!fields.containsKey(RequestFields.WIDTH)) {
      addSize(fields, image.header());
    }
    fields.put(RequestFields.IMAGE, uploads.store(caller, image).source().asRequest());
    mask.ifPresent(
        file -> fields.put(RequestFields.MASK, uploads.store(caller, file).source().asRequest()));
    return request;
  }

  /** The image's own size, so that pixels outside of the mask stay the same; smaller if allowed. */
  private void addSize(Map<String, Object> fields, ImageHeader image) {
    double scale = Math.min(1, (double) maxSide / Math.max(image.width(), image.height()));
    fields.put(RequestFields.WIDTH, Math.max(1, (int) (scale * image.width())));
    fields.put(RequestFields.HEIGHT, Math.max(1, (int) (scale * image.height())));
  }

  private static byte[] onlyImage(MultipartForm form) {
    List<byte[]> images = new ArrayList<>(form.all(RequestFields.IMAGE));
    images.addAll(form.all("image[]"));
    if (images.size() != 1) {
      throw invalid(RequestFields.IMAGE, images.size() + " images", "one image");
    }
    return images.get(0);
  }

  private static void requireSameSize(ImageHeader image, ImageHeader mask) {
    if (image.width() != mask.width() || image.height() != mask.height()) {
      throw invalid(
          RequestFields.MASK,
          "%s x %s pixels".formatted(mask.width(), mask.height()),
          "the size of the image, %s x %s".formatted(image.width(), image.height()));
    }
  }

  private static ProblemException invalid(String field, String found, String allowed) {
    return new ProblemException(
        Problem.invalidRequest(List.of(new FieldError(field, found, allowed))));
  }
}
