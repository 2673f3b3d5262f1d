package dev.sanaq.storage.model;

import dev.sanaq.files.FileErrors;
import dev.sanaq.files.FileSha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Pushes a checkpoint folder to S3: first the files, then the manifest. A URI keeps its checkpoint
 * for good, because workers may be pulling it. One attempt for each file, without retries.
 */
public final class ModelUploader {
  private static final Logger LOG = Logger.getLogger(ModelUploader.class);
  private static final int PRECONDITION_FAILED = 412;
  private static final int PART_BYTES = 64 << 20;

  private final S3Client s3;

  /**
   * @param s3 the caller closes it
   */
  public ModelUploader(S3Client s3) {
    this.s3 = s3;
  }

  /**
   * Uploads all files of the folder except hidden ones; does nothing if the URI holds the same
   * checkpoint. Blocks.
   *
   * @return the total size of the files in bytes
   * @throws ModelTransferException if a transfer fails, or the URI holds another checkpoint
   */
  public long push(Path folder, ModelUri uri) {
    try {
      Manifest manifest = buildManifest(folder);
      byte[] text = manifest.toJson();
      if (isAlreadyPublished(text, uri)) {
        LOG.infof("%s is up to date", uri);
        return manifest.totalBytes();
      }
      for (Manifest.Entry file : manifest.files()) {
        LOG.infof("%s, %d MB", file.path(), file.bytes() >> 20);
        upload(folder.resolve(file.path()), file, uri);
      }
      publish(text, uri);
      return manifest.totalBytes();
    } catch (IOException e) {
      throw new ModelTransferException(
          "could not read %s: %s".formatted(folder, FileErrors.describe(e)), e);
    } catch (SdkException e) {
      throw new ModelTransferException("could not write %s: %s".formatted(uri, e.getMessage()), e);
    }
  }

  private static Manifest buildManifest(Path folder) throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String path = folder.relativize(file).toString().replace('\\', '/');
        if (!path.startsWith(".") && !path.contains("/.") && !path.equals(Manifest.FILE_NAME)) {
          entries.add(new Manifest.Entry(path, Files.size(file), FileSha256.hex(file)));
        }
      }
    }
    return new Manifest(entries);
  }

  private void publish(byte[] text, ModelUri uri) {
    try {
      s3.putObject(
          put ->
              put.bucket(uri.bucket())
                  .key(uri.key(Manifest.FILE_NAME))
                  .contentType("application/json")
                  .ifNoneMatch("*"),
          RequestBody.fromBytes(text));
    } catch (S3Exception e) {
      // Our own write, whose answer was lost, or that of another push.
      if (e.statusCode() != PRECONDITION_FAILED || !isAlreadyPublished(text, uri)) {
        throw e;
      }
    }
  }

  private boolean isAlreadyPublished(byte[] text, ModelUri uri) {
    try {
      byte[] existing =
          s3.getObjectAsBytes(get -> get.bucket(uri.bucket()).key(uri.key(Manifest.FILE_NAME)))
              .asByteArray();
      if (!Arrays.equals(existing, text)) {
        throw new ModelTransferException(
            "%s holds another checkpoint; push each checkpoint to its own URI".formatted(uri));
      }
      return true;
    } catch (NoSuchKeyException e) {
      return false;
    }
  }

  private void upload(Path file, Manifest.Entry entry, ModelUri uri) throws IOException {
    if (entry.bytes() > PART_BYTES) {
      uploadMultipart(file, uri.bucket(), uri.key(entry.path()));
    } else {
      String checksum = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(entry.sha256()));
      s3.putObject(
          put -> put.bucket(uri.bucket()).key(uri.key(entry.path())).checksumSHA256(checksum),
          RequestBody.fromFile(file));
    }
  }

  // A single PUT is limited to 5 GB.
  private void uploadMultipart(Path file, String bucket, String key) throws IOException {
    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key(key)).uploadId();
    try (var in = Files.newInputStream(file)) {
      List<CompletedPart> parts = new ArrayList<>();
      for (byte[] bytes = in.readNBytes(PART_BYTES);
          bytes.length > 0;
          bytes = in.readNBytes(PART_BYTES)) {
        int number = parts.size() + 1;
        RequestBody body = RequestBody.fromBytes(bytes);
        String tag =
            s3.uploadPart(
                    part -> part.bucket(bucket).key(key).uploadId(id).partNumber(number), body)
                .eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
      }
      s3.completeMultipartUpload(
          complete ->
              complete
                  .bucket(bucket)
                  .key(key)
                  .uploadId(id)
                  .multipartUpload(all -> all.parts(parts)));
    } catch (IOException | SdkException e) {
      s3.abortMultipartUpload(abort -> abort.bucket(bucket).key(key).uploadId(id));
      throw e;
    }
  }
}
