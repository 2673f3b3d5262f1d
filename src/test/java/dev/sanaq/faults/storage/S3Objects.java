package dev.sanaq.faults.storage;

import java.net.URI;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A plain S3 client, and the keys of the service's bucket. */
public final class S3Objects {
  private S3Objects() {}

  /** Creates a client; the caller closes it. */
  public static S3Client client(URI storage) {
    return S3Client.builder()
        .endpointOverride(storage)
        .forcePathStyle(true)
        .region(Region.US_EAST_1)
        .httpClientBuilder(Apache5HttpClient.builder())
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create("local-sanaq", "local-sanaq")))
        .build();
  }

  /** Returns every key of the service's bucket. */
  public static List<String> keys(URI storage) {
    try (S3Client client = client(storage)) {
      return client.listObjectsV2Paginator(list -> list.bucket("sanaq")).contents().stream()
          .map(S3Object::key)
          .toList();
    }
  }
}
