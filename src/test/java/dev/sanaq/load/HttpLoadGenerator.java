package dev.sanaq.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends jobs with POST requests that wait for the job's end. */
final class HttpLoadGenerator {
  private static final Pattern STATE = Pattern.compile("\"state\":\"([a-z]+)\"");

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI gateway;
  private final String key;

  /**
   * @param key an API key; empty if the gateway needs none
   */
  HttpLoadGenerator(URI gateway, String key) {
    this.gateway = gateway;
    this.key = key;
  }

  /** Sends a wave of jobs and waits until they end. */
  LoadWave run(LoadShape shape, String name, LoadPlan plan) throws InterruptedException {
    Random random = new Random(1);
    LoadWave wave = new LoadWave(name, shape.dueTimes(plan.rate(), plan.seconds()));
    wave.send(id -> post(wave, id, shape.request(id, plan.side(), plan.steps(), random), plan));
    wave.await(plan.timeout());
    return wave;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the wave records every response
  private void post(LoadWave wave, String id, String request, LoadPlan plan) {
    HttpRequest.Builder post =
        HttpRequest.newBuilder(gateway.resolve("/v1/jobs"))
            .timeout(plan.timeout())
            .header("Content-Type", "application/json")
            .header("Prefer", "wait=" + plan.timeout().toSeconds())
            .POST(BodyPublishers.ofString(request));
    if (!key.isEmpty()) {
      post.header("Authorization", "Bearer " + key);
    }
    client
        .sendAsync(post.build(), BodyHandlers.ofString())
        .handle(
            (response, failure) -> {
              wave.recordEnd(id, failure == null ? outcomeOf(response) : failure.toString());
              return id;
            });
  }

  private static String outcomeOf(HttpResponse<String> response) {
    Matcher state = STATE.matcher(response.body());
    return response.statusCode() == 200 && state.find()
        ? state.group(1)
        : String.valueOf(response.statusCode());
  }
}
