package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.view.JobCost;
import dev.sanaq.gateway.view.JobEvent;
import dev.sanaq.gateway.view.JobProgress;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.PillowResizer.Filter;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.image.decode.UnreadableImageException;
import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.kafka.event.ImagePreview;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;

/**
 * Partial images of a stream, made of the previews in a job's progress events: the first image of
 * the job, enlarged smoothly. Any number of threads.
 */
@ApplicationScoped
class PartialImages {
  private static final Logger LOG = Logger.getLogger(PartialImages.class);

  /** Pixels of the longer side: what a preview shows needs no more. */
  private static final int MAX_SIDE = 512;

  private static final int MAX_PREVIEW_PIXELS = 1 << 16;
  private static final int QUALITY = 80;

  private final JobView view;

  PartialImages(JobView view) {
    this.view = view;
  }

  /** A partial image as a JPEG file. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record PartialImage(int width, int height, byte[] file) {
    static final ImageFormat FORMAT = ImageFormat.JPEG;
  }

  /**
   * Watches a job.
   *
   * @param max the most partial images; they are spread over the steps, and fewer if the job is
   *     quick
   * @param sink gets the index of each, from 0, and the image; one at a time, and none after the
   *     end of the watch
   * @return ends the watch; the last image may be given to the sink before it returns
   */
  Runnable watch(String job, int max, BiConsumer<Integer, PartialImage> sink) {
    if (max == 0) {
      return () -> {};
    }
    Watch watch = new Watch(max, sink);
    Runnable unwatch = view.watch(job, watch::onChange);
    return () -> {
      unwatch.run();
      watch.end();
    };
  }

  private final class Watch {
    private final int max;
    private final BiConsumer<Integer, PartialImage> sink;
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    private int lastSequence;
    private int sent;
    private boolean ended;

    Watch(int max, BiConsumer<Integer, PartialImage> sink) {
      this.max = max;
      this.sink = sink;
    }

    /** Under the view's lock. */
    void onChange(JobSnapshot job) {
      JobEvent progress = job.progress();
      if (progress != null && progress.sequence() != lastSequence) {
        lastSequence = progress.sequence();
        last = last.thenRunAsync(() -> onProgress(job), Infrastructure.getDefaultExecutor());
      }
    }

    private void onProgress(JobSnapshot job) {
      JobProgress progress = JobProgress.of(job);
      if (isDue(progress)) {
        try {
          read(job).ifPresent(this::send);
        } catch (UnreadableImageException | RuntimeException e) {
          LOG.warnf("no partial image of job %s: %s", job.id(), e);
        }
      }
    }

    private synchronized boolean isDue(JobProgress progress) {
      return !ended
          && sent < max
          && (long) progress.step() * (max + 1) >= (long) (sent + 1) * progress.steps();
    }

    private synchronized void send(PartialImage image) {
      if (!ended) {
        sink.accept(sent, image);
        sent++;
      }
    }

    synchronized void end() {
      ended = true;
    }
  }

  /** The first image of the job, if the event has a preview of it. */
  private Optional<PartialImage> read(JobSnapshot job) throws UnreadableImageException {
    JobEvent event = job.progress();
    if (event == null) {
      return Optional.empty();
    }
    for (Object item : JsonMaps.list(event.data(), "previews")) {
      if (item instanceof Map<?, ?> preview
          && preview.get("index") instanceof Number index
          && index.intValue() == 0
          && preview.get("url") instanceof String url
          && url.startsWith(ImagePreview.PREFIX)
          && url.length() <= ImagePreview.MAX_LENGTH) {
        byte[] png = Base64.getDecoder().decode(url.substring(ImagePreview.PREFIX.length()));
        return Optional.of(enlarge(decode(png), view.costOf(job)));
      }
    }
    return Optional.empty();
  }

  private static RgbImage decode(byte[] png) throws UnreadableImageException {
    return ImageDecoder.decode("preview", png, MAX_PREVIEW_PIXELS).toRgb();
  }

  /** To the size of the job's image, or less. */
  private static PartialImage enlarge(RgbImage preview, JobCost cost) {
    int width = cost.width() == 0 ? preview.width() : cost.width();
    int height = cost.height() == 0 ? preview.height() : cost.height();
    double scale = Math.min(1, (double) MAX_SIDE / Math.max(width, height));
    ImageSize size =
        new ImageSize(
            (int) Math.max(1, Math.rint(scale * height)),
            (int) Math.max(1, Math.rint(scale * width)));
    RgbImage image = PillowResizer.resize(preview, size, Filter.BICUBIC);
    return new PartialImage(
        size.width(), size.height(), PartialImage.FORMAT.encode(image, QUALITY, Map.of()));
  }
}
