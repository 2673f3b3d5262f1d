package dev.sanaq.worker.run;

import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.kafka.event.ImagePreview;
import dev.sanaq.sana.preview.Preview;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Writes previews as they are in events. Any number of threads. */
final class PreviewEncoder {
  private PreviewEncoder() {}

  /** The previews as PNG files in URLs, without those that are too large for an event. */
  static List<ImagePreview> encode(List<Preview> previews) {
    List<ImagePreview> encoded = new ArrayList<>();
    for (Preview preview : previews) {
      byte[] png = ImageFormat.PNG.encode(preview.image(), ImageFormat.MAX_QUALITY, Map.of());
      String url = ImagePreview.PREFIX + Base64.getEncoder().encodeToString(png);
      if (url.length() <= ImagePreview.MAX_LENGTH) {
        encoded.add(new ImagePreview(preview.index(), url));
      }
    }
    return encoded;
  }
}
