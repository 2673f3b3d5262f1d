package dev.sanaq.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.StoredImage;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** A real S3 that its readers reach by another name than the worker. */
class PublicEndpointTest {
  private static final byte[] IMAGE = {1, 2, 3};

  @RegisterExtension static final TestServices services = new TestServices();

  @Test
  void imageUrl_opensAtThePublicEndpoint() throws Exception {
    URI internal = URI.create(services.config().getOrDefault("sanaq.storage.endpoint", ""));
    String readers = "http://localhost:" + internal.getPort();
    HttpResponse<byte[]> response = get(url(Map.of("sanaq.storage.public-endpoint", readers)));
    assertThat(response.uri().getHost()).isEqualTo("localhost");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(IMAGE);
  }

  /** Why there is a setting: the signature covers the host. */
  @Test
  void imageUrlWithTheHostReplaced_isRefused() throws Exception {
    String signed = url(Map.of());
    assertThat(get(signed).statusCode()).isEqualTo(200);
    assertThat(get(signed.replace("127.0.0.1", "localhost")).statusCode()).isEqualTo(403);
  }

  private static String url(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(services.config());
    all.putAll(more);
    StorageConfig config = TestSettings.mapping(StorageConfig.class, all);
    try (S3Client s3 = S3ClientFactory.client(config)) {
      s3.putObject(put -> put.bucket(services.bucket()).key("0.png"), RequestBody.fromBytes(IMAGE));
      return new ImageUrls(config, s3)
          .of(new StoredImage(services.bucket(), "0.png", 1, 8, 8, "png", IMAGE.length, "00"))
          .url();
    }
  }

  private static HttpResponse<byte[]> get(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
  }
}
