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

/** Jobs by POST, each answered when it has ended. */
final class HttpLoad {
  private static final Pattern STATE = Pattern.compile("\"state\":\"([a-z]+)\"");

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI gateway;
  private final String key;

  /**
   * @param key an API key, empty where the gateway asks for none
   */
  HttpLoad(URI gateway, String key) {
    this.gateway = gateway;
    this.key = key;
  }

  /** Sends a wave and waits for its end. */
  Wave run(Shape shape, String name, Plan plan) throws InterruptedException {
    Random random = new Random(1);
    Wave wave = new Wave(name, shape.times(plan.rate(), plan.seconds()));
    wave.send(id -> post(wave, id, shape.request(id, plan.side(), plan.steps(), random), plan));
    wave.await(plan.patience());
    return wave;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the wave hears of every answer
  private void post(Wave wave, String id, String request, Plan plan) {
    HttpRequest.Builder post =
        HttpRequest.newBuilder(gateway.resolve("/v1/jobs"))
            .timeout(plan.patience())
            .header("Content-Type", "application/json")
            .header("Prefer", "wait=" + plan.patience().toSeconds())
            .POST(BodyPublishers.ofString(request));
    if (!key.isEmpty()) {
      post.header("Authorization", "Bearer " + key);
    }
    client
        .sendAsync(post.build(), BodyHandlers.ofString())
        .handle(
            (answer, failure) -> {
              wave.ended(id, failure == null ? how(answer) : failure.toString());
              return id;
            });
  }

  private static String how(HttpResponse<String> answer) {
    Matcher state = STATE.matcher(answer.body());
    return answer.statusCode() == 200 && state.find() ? state.group(1) : "" + answer.statusCode();
  }
}
