package dev.sanaq.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.TestSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Beside the SDK's own presigner, which takes longer for the same. */
class SigV4SignerTest {
  private static final Duration EXPIRY = Duration.ofHours(5);

  @ParameterizedTest
  @CsvSource({
    "'', false, eu-central-1, images, a/0.png",
    "'', false, us-east-1, images, a/0.png",
    "'', true, eu-west-3, images, a/0.png",
    "'', false, eu-west-3, images.of.us, a/0.png",
    "'', false, cn-north-1, images, 'a b+c/%2E%2E/ü~(1)*.png'",
    "http://127.0.0.1:9000, true, us-east-1, images, 'a:b/%2E/0.png'",
    "http://storage.example.com, false, us-east-1, images, a//b/../c",
    "https://storage.example.com/under, true, garage, images, a=1&b=2?",
  })
  void presignedUrl_equalsSdkPresigner(
      String endpoint, boolean pathStyle, String region, String bucket, String key) {
    Map<String, String> config =
        new TreeMap<>(
            Map.of(
                "sanaq.storage.region",
                region,
                "sanaq.storage.path-style",
                Boolean.toString(pathStyle),
                "sanaq.storage.access-key",
                "AKIDEXAMPLE",
                "sanaq.storage.secret-key",
                "secret"));
    var presigner =
        S3Presigner.builder()
            .region(Region.of(region))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create("AKIDEXAMPLE", "secret")))
            .serviceConfiguration(
                S3Configuration.builder().pathStyleAccessEnabled(pathStyle).build());
    if (!endpoint.isEmpty()) {
      config.put("sanaq.storage.endpoint", endpoint);
      presigner.endpointOverride(URI.create(endpoint));
    }
    SigV4Signer signer = S3ClientFactory.signer(TestSettings.mapping(StorageConfig.class, config));
    URI ours;
    URI theirs;
    try (S3Presigner sdk = presigner.build()) {
      do { // Both take the time themselves: it must be the same second.
        theirs =
            URI.create(
                sdk.presignGetObject(
                        sign ->
                            sign.signatureDuration(EXPIRY)
                                .getObjectRequest(get -> get.bucket(bucket).key(key)))
                    .url()
                    .toString());
        ours = signer.presignGet(bucket, key, EXPIRY);
      } while (!Objects.equals(query(ours).get("X-Amz-Date"), query(theirs).get("X-Amz-Date")));
    }
    assertThat(query(ours)).isEqualTo(query(theirs));
    assertThat(withoutQuery(ours)).isEqualTo(withoutQuery(theirs));
  }

  private static String withoutQuery(URI address) {
    return address.getScheme() + "://" + address.getAuthority() + address.getRawPath();
  }

  private static Map<String, String> query(URI address) {
    return Arrays.stream(address.getRawQuery().split("&"))
        .map(pair -> pair.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }
}
