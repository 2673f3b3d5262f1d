package dev.sanaq.storage.health;

import dev.sanaq.storage.StorageException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Says why a storage cannot be used and what to do. Any number of threads. */
final class StorageAdvice {
  private static final Pattern EXPECTED_REGION = Pattern.compile("expecting '([^']+)'");
  private static final int NOT_FOUND = 404;
  private static final int FORBIDDEN = 403;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int FIRST_CLIENT_ERROR = 400;

  private StorageAdvice() {}

  /**
   * The reason of a failed call, with the remedy.
   *
   * @param right the right that the call needs
   * @param resource the ARN on which it needs the right
   */
  static String explain(StorageException failure, String right, String resource) {
    if (failure.getCause() instanceof S3Exception answer) {
      return "%s (%s)".formatted(ofAnswer(answer, right, resource), answerOf(answer));
    }
    String message = String.valueOf(failure.getMessage());
    Optional<String> unknownHost = unknownHost(failure);
    if (unknownHost.isPresent()) {
      return "the host %s is unknown; check sanaq.storage.endpoint, sanaq.storage.region and the DNS"
          .formatted(unknownHost.get());
    }
    if (message.contains("Unable to load credentials")) {
      return "there are no credentials; set sanaq.storage.access-key and sanaq.storage.secret-key,"
          + " or give AWS' default chain an environment, a profile or a role";
    }
    // Without the key, which is another one each time: the same reason is logged once.
    String reason =
        failure.getCause() instanceof SdkClientException noAnswer
            ? String.valueOf(noAnswer.getMessage())
            : message;
    return reason + "; check sanaq.storage.endpoint";
  }

  private static String ofAnswer(S3Exception answer, String right, String resource) {
    String code = code(answer);
    if (answer.statusCode() < FIRST_CLIENT_ERROR || code.equals("AuthorizationHeaderMalformed")) {
      return region(answer)
          .map(
              region ->
                  "the bucket is in region %s; set sanaq.storage.region=%1$s".formatted(region))
          .orElse(
              "the bucket is in another region or at another address; set sanaq.storage.region or"
                  + " sanaq.storage.endpoint");
    }
    return switch (code) {
      case "NoSuchBucket" ->
          "the bucket does not exist; create it, or set sanaq.storage.bucket to another one";
      case "InvalidAccessKeyId" ->
          "the storage does not know these credentials; check sanaq.storage.access-key and"
              + " sanaq.storage.secret-key";
      case "SignatureDoesNotMatch" ->
          "the signature is wrong; check sanaq.storage.secret-key, and that no proxy before the"
              + " storage changes requests";
      case "ExpiredToken", "InvalidToken" ->
          "the credentials have expired; the environment, profile or role must give new ones";
      case "RequestTimeTooSkewed" -> "this machine's clock is wrong; set it";
      default -> ofStatus(answer, right, resource);
    };
  }

  private static String ofStatus(S3Exception answer, String right, String resource) {
    return switch (answer.statusCode()) {
      case FORBIDDEN -> "the role lacks %s on %s; add it".formatted(right, resource);
      case NOT_FOUND -> "this is no S3 storage; check sanaq.storage.endpoint and the path style";
      case NOT_IMPLEMENTED ->
          "the storage does not implement conditional writes (If-None-Match: *); use one that does";
      default -> "the storage fails: " + answer.getMessage();
    };
  }

  private static String answerOf(S3Exception answer) {
    return "answer %s %s".formatted(answer.statusCode(), code(answer)).strip();
  }

  private static String code(S3Exception answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }

  /** The region that S3 names in a redirect or in a refusal of the signature. */
  private static Optional<String> region(S3Exception answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    if (details == null) {
      return Optional.empty();
    }
    Optional<String> header =
        Optional.ofNullable(details.sdkHttpResponse())
            .flatMap(response -> response.firstMatchingHeader("x-amz-bucket-region"));
    return header.or(() -> expectedRegion(details.errorMessage()));
  }

  private static Optional<String> expectedRegion(@Nullable String message) {
    Matcher region = EXPECTED_REGION.matcher(message == null ? "" : message);
    return region.find() ? Optional.of(region.group(1)) : Optional.empty();
  }

  private static Optional<String> unknownHost(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        // Some have the resolver's words after the name.
        return Optional.of(String.valueOf(cause.getMessage()).replaceFirst(": .*", ""));
      }
    }
    return Optional.empty();
  }
}
