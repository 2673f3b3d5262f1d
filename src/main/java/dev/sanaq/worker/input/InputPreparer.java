package dev.sanaq.worker.input;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.MaskImage;
import dev.sanaq.image.PillowResizer;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.RgbaImage;
import dev.sanaq.job.Job;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.input.InputSource;
import dev.sanaq.job.input.JobInputs;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.health.StorageRetry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Reads the input images of jobs while the jobs are queued, so that a slow server keeps no other
 * job waiting. Images that are larger than the result are resized to it at once, so that a queued
 * job holds at most as many pixels as it asks for. Any number of threads.
 */
public final class InputPreparer {
  private final InputReader reader;
  private final StorageRetry storageRetry;
  private final Executor executor;
  private final SizeRule sizes;

  /**
   * The sizes of results that follow from an image.
   *
   * @param multiple both sides are multiples of it: the autoencoder's compression
   * @param maxSide the longest side
   */
  public record SizeRule(int multiple, int maxSide) {}

  /**
   * @param storageRetry retries S3, and decides whether a failure is an outage
   * @param executor runs the reading
   */
  public InputPreparer(
      InputReader reader, StorageRetry storageRetry, Executor executor, SizeRule sizes) {
    this.reader = reader;
    this.storageRetry = storageRetry;
    this.executor = executor;
    this.sizes = sizes;
  }

  /**
   * Starts to read the images of a job.
   *
   * @param aborted whether the job is no longer wanted
   * @return completes at once if there are none; with the reason if they cannot be read: an {@link
   *     InputFailedException}, a {@link StorageException}, an outage or an abort
   */
  public CompletableFuture<PreparedInputs> prepare(Job job, BooleanSupplier aborted) {
    JobInputs inputs = job.inputs();
    return inputs.hasImages()
        ? CompletableFuture.supplyAsync(() -> read(job, aborted), executor)
        : CompletableFuture.completedFuture(
            new PreparedInputs(
                inputs,
                PreparedInputs.placeholder(inputs),
                new ImageSize(job.height(), job.width())));
  }

  private PreparedInputs read(Job job, BooleanSupplier aborted) {
    JobInputs inputs = job.inputs();
    Map<String, String> hashes = new LinkedHashMap<>();
    Optional<InputImage> image = read(RequestFields.IMAGE, inputs.image(), hashes, aborted);
    Optional<InputImage> maskFile = read(RequestFields.MASK, inputs.mask(), hashes, aborted);
    Optional<InputImage> control =
        read(
            RequestFields.CONTROL,
            inputs.control().map(JobInputs.Control::source),
            hashes,
            aborted);
    Optional<MaskImage> mask = maskFile.map(file -> MaskImage.of(file.image()));
    if (mask.isEmpty()) {
      mask =
          image
              .map(InputImage::image)
              .filter(pixels -> pixels.hasTransparency())
              .map(MaskImage::ofTransparency);
    }
    requireSameSize(image, mask);
    ImageSize size = size(job, image.or(() -> control));
    return new PreparedInputs(
        inputs.withHashes(hashes),
        PreparedInputs.conditioning(
            inputs,
            image.map(file -> reduce(file.image().toRgb(), size)),
            mask.map(pixels -> reduce(pixels, size)),
            control.map(file -> reduce(file.image().toRgb(), size))),
        size);
  }

  /** The job's; if the request has none, of the image's aspect ratio and as many pixels. */
  private ImageSize size(Job job, Optional<InputImage> image) {
    ImageSize asked = new ImageSize(job.height(), job.width());
    if (!job.inputs().keepsAspect() || image.isEmpty()) {
      return asked;
    }
    RgbaImage pixels = image.get().image();
    ImageSize size =
        new ImageSize(pixels.height(), pixels.width())
            .withPixels((long) asked.height() * asked.width(), sizes.multiple());
    if (Math.max(size.height(), size.width()) > sizes.maxSide()) {
      throw InputFailedException.invalid(
          "%s: of its %s x %s pixels the result would get %s x %s, more than sanaq.limits.max-side (%s) allows: set width and height"
              .formatted(
                  job.inputs().image().isPresent() ? RequestFields.IMAGE : RequestFields.CONTROL,
                  pixels.width(),
                  pixels.height(),
                  size.width(),
                  size.height(),
                  sizes.maxSide()));
    }
    return size;
  }

  private Optional<InputImage> read(
      String field,
      Optional<InputSource> source,
      Map<String, String> hashes,
      BooleanSupplier aborted) {
    if (source.isEmpty()) {
      return Optional.empty();
    }
    InputImage image = storageRetry.call(() -> reader.read(field, source.get(), aborted), aborted);
    hashes.put(field, image.sha256());
    return Optional.of(image);
  }

  private static void requireSameSize(Optional<InputImage> image, Optional<MaskImage> mask) {
    if (image.isEmpty() || mask.isEmpty()) {
      return;
    }
    int width = image.get().image().width();
    int height = image.get().image().height();
    if (mask.get().width() != width || mask.get().height() != height) {
      throw InputFailedException.invalid(
          "mask: has %s x %s pixels, the image %s x %s: they must have the same size"
              .formatted(mask.get().width(), mask.get().height(), width, height));
    }
  }

  private static RgbImage reduce(RgbImage image, ImageSize size) {
    return isLarger(image.width(), image.height(), size)
        ? PillowResizer.resize(image, size, PillowResizer.Filter.LANCZOS)
        : image;
  }

  private static MaskImage reduce(MaskImage mask, ImageSize size) {
    return isLarger(mask.width(), mask.height(), size)
        ? PillowResizer.resize(mask, size, PillowResizer.Filter.LANCZOS)
        : mask;
  }

  private static boolean isLarger(int width, int height, ImageSize size) {
    return (long) width * height > (long) size.width() * size.height();
  }
}
