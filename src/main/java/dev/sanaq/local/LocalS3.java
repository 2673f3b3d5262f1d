package dev.sanaq.local;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/** An S3 server on a local folder, one subfolder per bucket, that listens on localhost only. */
final class LocalS3 implements LocalService {
  /** The access key and the secret key; valid for this server only. */
  static final String ACCESS_KEY = "local-sanaq";

  private final S3Proxy proxy;

  private LocalS3(S3Proxy proxy) {
    this.proxy = proxy;
  }

  /**
   * Starts with the data in the folder.
   *
   * @param port the port; 0 for any free one
   * @throws IOException if the folder or the port cannot be used
   */
  static LocalS3 start(Path folder, int port) throws IOException {
    Path root = Files.createDirectories(folder.resolve("s3")).toAbsolutePath();
    S3Proxy proxy =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, ACCESS_KEY)
            .blobStore(new FilesystemNio2BlobStore(root.toString()))
            .ignoreUnknownHeaders(true)
            .build();
    try {
      proxy.start();
    } catch (Exception e) {
      throw new IOException(
          "could not start S3 on %s and port %s: %s".formatted(root, port, e.getMessage()), e);
    }
    return new LocalS3(proxy);
  }

  @Override
  public Map<String, String> config() {
    List<String> values =
        List.of("http://127.0.0.1:" + proxy.getPort(), "true", ACCESS_KEY, ACCESS_KEY);
    Map<String, String> config = new LinkedHashMap<>();
    List<String> keys = LocalServiceKind.S3.configKeys();
    for (int i = 0; i < values.size(); i++) {
      config.put(keys.get(i), values.get(i));
    }
    return config;
  }

  @Override
  public void provision(TopicsConfig topics, StorageConfig storage) {
    try (S3Client client = S3ClientFactory.client(storage)) {
      client.createBucket(create -> create.bucket(storage.bucket()));
    } catch (BucketAlreadyOwnedByYouException e) {
      return;
    }
  }

  @Override
  public void close() {
    try {
      proxy.stop();
    } catch (Exception e) {
      throw new IllegalStateException("could not stop S3", e);
    }
  }
}
