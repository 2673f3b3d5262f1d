package dev.sanaq.storage.adapter;

import dev.sanaq.files.FileSha256;
import dev.sanaq.files.TemporaryFolder;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.transfer.ObjectUri;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Pushes adapters to S3. A URI keeps its file for good, because requests name it together with its
 * hash. One attempt, without retries.
 */
public final class AdapterUploader {
  private static final int PRECONDITION_FAILED = 412;

  private final S3Client s3;

  /**
   * @param s3 the caller closes it
   */
  public AdapterUploader(S3Client s3) {
    this.s3 = s3;
  }

  /**
   * Uploads a file; does nothing if the URI holds the same one. Blocks.
   *
   * @return the file's SHA-256, in 64 hexadecimal digits
   * @throws AdapterRejectedException if the URI holds another file
   * @throws StorageException if the storage does not take it
   * @throws IOException if the file cannot be read
   */
  public String push(Path file, ObjectUri uri) throws IOException {
    String sha256 = FileSha256.hex(file);
    try {
      s3.putObject(
          put ->
              put.bucket(uri.bucket())
                  .key(uri.key())
                  .checksumSHA256(
                      Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256)))
                  .ifNoneMatch("*"),
          RequestBody.fromFile(file));
    } catch (S3Exception e) {
      if (e.statusCode() != PRECONDITION_FAILED) {
        throw failure(uri, e);
      }
      requireSame(file, sha256, uri);
    } catch (SdkException e) {
      throw failure(uri, e);
    }
    return sha256;
  }

  private void requireSame(Path file, String sha256, ObjectUri uri) throws IOException {
    try (TemporaryFolder folder = TemporaryFolder.create(TemporaryFolder.Purpose.ADAPTER)) {
      Path copy = folder.path().resolve("copy.safetensors");
      s3.getObject(get -> get.bucket(uri.bucket()).key(uri.key()), copy);
      if (!FileSha256.hex(copy).equals(sha256)) {
        throw new AdapterRejectedException(
            "%s holds another file than %s; push it to its own URI".formatted(uri, file));
      }
    } catch (SdkException e) {
      throw failure(uri, e);
    }
  }

  private static StorageException failure(ObjectUri uri, SdkException e) {
    return new StorageException("could not write %s: %s".formatted(uri, e.getMessage()), e);
  }
}
