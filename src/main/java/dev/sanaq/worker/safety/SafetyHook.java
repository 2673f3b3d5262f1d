package dev.sanaq.worker.safety;

import dev.sanaq.job.Job;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.FetchResult;
import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.net.UrlPolicyConfig;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.worker.http.LazyHttpClient;
import dev.sanaq.worker.http.RetryingFetch;
import dev.sanaq.worker.safety.SafetyConfig.HookConfig;
import java.net.URI;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Asks the operator's own service, by POST of JSON, whether a prompt or an image is allowed. The
 * SSRF guard does not hold for its host, which is the operator's choice. Redirects are not
 * followed. Any number of threads; blocks.
 */
final class SafetyHook implements PromptCheck, ImageCheck, AutoCloseable {
  private static final int MAX_ANSWER_BYTES = 64 << 10;

  /** A name, not a text: the service's answer must not carry content into events. */
  private static final Pattern POLICY_NAME = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

  private static final String UNNAMED_POLICY = "unnamed";

  private final String url;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final LazyHttpClient client;
  private final RetryingFetch answers;
  private final Semaphore permits;

  /**
   * @throws IllegalArgumentException if the URL is invalid
   */
  SafetyHook(String url, HookConfig config) {
    this.url = url;
    this.permits = new Semaphore(config.concurrency());
    UrlPolicy policy = policyOf(url);
    policy
        .refusal(url)
        .ifPresent(
            reason -> {
              throw invalidUrl(reason);
            });
    this.client =
        new LazyHttpClient(
            policy,
            new PinnedHttpClient.CallLimits(
                config.attemptTimeout(), config.attemptTimeout(), config.concurrency()));
    this.answers = new RetryingFetch(client, MAX_ANSWER_BYTES, config.retryTimeout());
    headers.put("content-type", "application/json");
    headers.put("accept", "application/json");
    headers.put("user-agent", "sanaq");
    config.token().ifPresent(token -> headers.put("authorization", "Bearer " + token));
  }

  /** Allows this host and port, whatever its addresses are. */
  private static UrlPolicy policyOf(String url) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw invalidUrl("it cannot be parsed");
    }
    String host = uri.getHost();
    if (host == null) {
      throw invalidUrl("it has no host");
    }
    int port = uri.getPort() > 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    String allowed = host.startsWith("[") ? host.substring(1, host.length() - 1) + "/128" : host;
    return new UrlPolicy(
        new UrlPolicyConfig(true, Set.of(port), List.of(allowed)), DnsResolver.PLATFORM);
  }

  private static IllegalArgumentException invalidUrl(String reason) {
    return new IllegalArgumentException(
        "sanaq.safety.hook.url: %s; set it to a URL such as http://moderation:8080/check"
            .formatted(reason));
  }

  @Override
  public Optional<String> checkPrompt(Job job, BooleanSupplier aborted) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("stage", CheckStage.PROMPT.label());
    body.put("id", job.id());
    body.put("prompt", job.prompt());
    body.put("negativePrompt", job.negativePrompt());
    return call(Json.write(body), aborted);
  }

  @Override
  public Optional<String> checkImage(Job job, int index, byte[] file, BooleanSupplier aborted) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("stage", CheckStage.IMAGE.label());
    body.put("id", job.id());
    body.put("index", index);
    body.put("format", job.format());
    body.put("image", Base64.getEncoder().encodeToString(file));
    return call(Json.write(body), aborted);
  }

  private Optional<String> call(byte[] body, BooleanSupplier aborted) {
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RetryAbortedException();
    }
    try {
      return callWithRetries(body, aborted);
    } finally {
      permits.release();
    }
  }

  private Optional<String> callWithRetries(byte[] body, BooleanSupplier aborted) {
    FetchResult result =
        answers.fetch(
            attempt -> new PinnedHttpClient.Request("POST", url, headers, body, attempt), aborted);
    if (result instanceof FetchResult.Fetched fetched) {
      return refusingPolicy(fetched.body());
    }
    if (result instanceof FetchResult.TooLarge) {
      throw unavailable("the answer has more than %s bytes".formatted(MAX_ANSWER_BYTES));
    }
    throw unavailable(((FetchResult.NotFetched) result).reason().reason());
  }

  private static Optional<String> refusingPolicy(byte[] answer) {
    Map<String, Object> fields;
    try {
      fields = Json.readObject(answer);
    } catch (BadJsonException e) {
      throw unavailable("the answer is not a JSON object");
    }
    if (!(fields.get("allowed") instanceof Boolean allowed)) {
      throw unavailable("the answer has no \"allowed\" that is true or false");
    }
    if (allowed) {
      return Optional.empty();
    }
    return fields.get("policy") instanceof String policy && POLICY_NAME.matcher(policy).matches()
        ? Optional.of(policy)
        : Optional.of(UNNAMED_POLICY);
  }

  private static SafetyUnavailableException unavailable(String reason) {
    return new SafetyUnavailableException("sanaq.safety.hook.url: " + reason);
  }

  @Override
  public void close() {
    client.close();
  }
}
