package dev.sanaq.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** S3 on a folder of this machine, listening on this machine only: a bucket is a folder in it. */
final class LocalS3 implements AutoCloseable {
  /** The access key, and the secret: nobody else's door opens with them. */
  static final String KEY = "local-sanaq";

  private final S3Proxy proxy;

  private LocalS3(S3Proxy proxy) {
    this.proxy = proxy;
  }

  /**
   * Starts on what the folder holds.
   *
   * @throws IOException where the folder cannot be used
   */
  static LocalS3 start(Path folder) throws IOException {
    Path root = Files.createDirectories(folder.resolve("s3")).toAbsolutePath();
    S3Proxy proxy =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, KEY)
            .blobStore(new FilesystemNio2BlobStore(root.toString()))
            .ignoreUnknownHeaders(true)
            .build();
    try {
      proxy.start();
    } catch (Exception e) {
      throw new IOException("S3 does not start on %s: %s".formatted(root, e.getMessage()), e);
    }
    return new LocalS3(proxy);
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + proxy.getPort());
  }

  @Override
  public void close() {
    try {
      proxy.stop();
    } catch (Exception e) {
      throw new IllegalStateException("S3 does not stop", e);
    }
  }
}
