package dev.sanaq.storage.model;

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

/**
 * Publishes a checkpoint's folder on the storage: its files, and last its manifest. An address
 * holds one checkpoint for good, since workers may be in the middle of fetching it.
 */
public final class ModelUploader {
  private static final Logger LOG = Logger.getLogger(ModelUploader.class);
  private static final int PART_BYTES = 64 << 20;

  private final S3Client s3;

  /**
   * @param s3 stays its maker's to close
   */
  public ModelUploader(S3Client s3) {
    this.s3 = s3;
  }

  /**
   * Uploads all files of the folder but hidden ones; does nothing where the address holds the same.
   *
   * @return the files' bytes
   * @throws ModelTransferException where it cannot, or the address holds another checkpoint
   */
  public long push(Path folder, ModelUri to) {
    try {
      Manifest manifest = buildManifest(folder);
      byte[] text = manifest.toJson();
      if (isAlreadyPublished(text, to)) {
        LOG.infof("%s holds it already", to);
        return manifest.totalBytes();
      }
      for (Manifest.Entry file : manifest.files()) {
        LOG.infof("%s, %d MB", file.path(), file.bytes() >> 20);
        upload(folder.resolve(file.path()), file, to);
      }
      s3.putObject(
          put ->
              put.bucket(to.bucket())
                  .key(to.key(Manifest.FILE_NAME))
                  .contentType("application/json")
                  .ifNoneMatch("*"),
          RequestBody.fromBytes(text));
      return manifest.totalBytes();
    } catch (IOException e) {
      throw new ModelTransferException(
          "%s cannot be read: %s".formatted(folder, e.getMessage()), e);
    } catch (SdkException e) {
      throw new ModelTransferException("%s cannot be written: %s".formatted(to, e.getMessage()), e);
    }
  }

  private static Manifest buildManifest(Path folder) throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String path = folder.relativize(file).toString().replace('\\', '/');
        if (!path.startsWith(".") && !path.contains("/.") && !path.equals(Manifest.FILE_NAME)) {
          entries.add(new Manifest.Entry(path, Files.size(file), FileChecksums.of(file)));
        }
      }
    }
    return new Manifest(entries);
  }

  private boolean isAlreadyPublished(byte[] text, ModelUri to) {
    try {
      byte[] there =
          s3.getObjectAsBytes(get -> get.bucket(to.bucket()).key(to.key(Manifest.FILE_NAME)))
              .asByteArray();
      if (!Arrays.equals(there, text)) {
        throw new ModelTransferException(
            "%s holds another checkpoint: choose an address of its own for each".formatted(to));
      }
      return true;
    } catch (NoSuchKeyException e) {
      return false;
    }
  }

  private void upload(Path file, Manifest.Entry entry, ModelUri to) throws IOException {
    if (entry.bytes() > PART_BYTES) {
      uploadMultipart(file, to.bucket(), to.key(entry.path()));
    } else {
      String checksum = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(entry.sha256()));
      s3.putObject(
          put -> put.bucket(to.bucket()).key(to.key(entry.path())).checksumSHA256(checksum),
          RequestBody.fromFile(file));
    }
  }

  // One upload takes 5 GB at most; and a part that fails is a small thing to send again.
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
