package dev.sanaq.worker.input;

import dev.sanaq.image.RgbaImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.image.decode.UnreadableImageException;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.input.InputSource;
import dev.sanaq.net.FetchResult;
import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.RangeReader;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.input.InputConfig;
import dev.sanaq.worker.http.RetryingFetch;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reads the input images of jobs: at most a number of bytes, of pixels, and for a time. Any number
 * of threads; blocks.
 */
public final class InputReader {
  private final RangeReader objects;
  private final RetryingFetch urls;
  private final Limits limits;

  /**
   * The limits of an input image.
   *
   * @param locations that objects may be in
   * @param maxBytes of the file
   * @param maxPixels of the image
   * @param retryTimeout how long the download from a URL is retried
   */
  public record Limits(
      List<OutputLocation> locations, int maxBytes, long maxPixels, Duration retryTimeout) {
    public Limits {
      locations = List.copyOf(locations);
    }

    /** The configured limits. */
    public static Limits of(InputConfig config, StorageConfig storage) {
      return new Limits(
          config.locations(storage),
          config.maxFileBytes(),
          ImageDecoder.MAX_INPUT_PIXELS,
          config.retryTimeout());
    }
  }

  /**
   * @param httpClient asked for with the first URL; the caller closes it
   */
  public InputReader(RangeReader objects, Supplier<PinnedHttpClient> httpClient, Limits limits) {
    this.objects = objects;
    this.urls = new RetryingFetch(httpClient, limits.maxBytes(), limits.retryTimeout());
    this.limits = limits;
  }

  /**
   * Reads an image.
   *
   * @param field of the request, for messages
   * @param aborted whether the job is no longer wanted
   * @throws InputFailedException if it cannot be read, or is no image within the limits
   * @throws dev.sanaq.storage.StorageException if S3 fails
   * @throws RetryAbortedException if the job is no longer wanted
   */
  public InputImage read(String field, InputSource source, BooleanSupplier aborted) {
    byte[] bytes = bytes(field, source, aborted);
    try {
      RgbaImage image = ImageDecoder.decode(field, bytes, limits.maxPixels());
      return new InputImage(image, Sha256.hex(bytes), bytes.length);
    } catch (UnreadableImageException e) {
      throw InputFailedException.invalid(String.valueOf(e.getMessage()));
    }
  }

  private byte[] bytes(String field, InputSource source, BooleanSupplier aborted) {
    if (source instanceof InputSource.Data data) {
      return data.bytes();
    }
    return source instanceof InputSource.Stored stored
        ? readObject(field, stored)
        : download(field, (InputSource.Url) source, aborted);
  }

  private byte[] readObject(String field, InputSource.Stored object) {
    OutputLocation location = new OutputLocation(object.bucket(), object.key());
    if (limits.locations().stream().noneMatch(allowed -> allowed.contains(location))) {
      throw InputFailedException.unavailable(
          "%s: the worker may not read %s".formatted(field, location));
    }
    try (InputStream stream =
        objects
            .open(object.bucket(), object.key(), 0, limits.maxBytes())
            .orElseThrow(
                () ->
                    InputFailedException.unavailable(
                        "%s: there is no object %s".formatted(field, location)))) {
      byte[] bytes = stream.readNBytes(limits.maxBytes() + 1);
      if (bytes.length > limits.maxBytes()) {
        throw tooLarge(field);
      }
      return bytes;
    } catch (IOException e) {
      throw InputFailedException.unavailable("%s: reading %s failed".formatted(field, location));
    }
  }

  private byte[] download(String field, InputSource.Url source, BooleanSupplier aborted) {
    Map<String, String> headers = Map.of("user-agent", "sanaq", "accept", "image/*");
    FetchResult result =
        urls.fetch(
            attempt ->
                new PinnedHttpClient.Request("GET", source.url(), headers, new byte[0], attempt),
            aborted);
    if (result instanceof FetchResult.Fetched fetched) {
      return fetched.body();
    }
    if (result instanceof FetchResult.TooLarge) {
      throw tooLarge(field);
    }
    throw InputFailedException.unavailable(
        "%s: %s: %s"
            .formatted(
                field, source.redacted(), ((FetchResult.NotFetched) result).reason().reason()));
  }

  private InputFailedException tooLarge(String field) {
    return InputFailedException.invalid(
        "%s: the file has more than %s bytes".formatted(field, limits.maxBytes()));
  }
}
