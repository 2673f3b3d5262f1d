package dev.sanaq.faults.request;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A mix of requests: most of them valid, with different sizes, counts and priorities; some without
 * an id, repeated, with a conflicting id, invalid, unreadable, or cancelled.
 */
public final class RequestMix {
  private static final Set<String> COMPLETED = Set.of("completed");
  private static final int[] SIDES = {32, 64};
  private static final String[] PRIORITIES = {"high", "normal", "low"};

  private final Random random;
  private final List<ExpectedRequest> requests = new ArrayList<>();

  private RequestMix(Random random) {
    this.random = random;
  }

  /** Returns a number of records; the second of a pair follows some records after the first. */
  public static List<ExpectedRequest> of(int records, Random random) {
    RequestMix mix = new RequestMix(random);
    while (mix.requests.size() < records) {
      mix.add("job-" + mix.requests.size());
    }
    return List.copyOf(mix.requests.subList(0, records));
  }

  private void add(String id) {
    int percent = random.nextInt(100);
    if (percent < 70) {
      add(valid(id));
    } else if (percent < 76) {
      add(new ExpectedRequest("", bytes(body("")), COMPLETED, false, false));
    } else if (percent < 80) {
      ExpectedRequest first = valid(id);
      add(first);
      addLater(first);
    } else if (percent < 83) {
      conflict(id);
    } else if (percent < 88) {
      cancelled(id);
    } else if (percent < 92) {
      add(rejected(id, "\"prompt\":\"p\",\"steps\":0,\"guidance_scale\":1", "invalid_request"));
    } else if (percent < 95) {
      String uneven = "\"prompt\":\"p\",\"width\":33,\"height\":47,\"resolutionBinning\":false";
      add(rejected(id, uneven, "unsupported_size"));
    } else {
      unreadable(id);
    }
  }

  private ExpectedRequest valid(String id) {
    return new ExpectedRequest(
        id, bytes("\"id\":\"%s\",%s".formatted(id, body(id))), COMPLETED, false, false);
  }

  private String body(String id) {
    return ("\"prompt\":\"an image for %s %s\",\"width\":%s,\"height\":%s,\"steps\":%s,\"count\":%s,"
            + "\"resolutionBinning\":false,\"priority\":\"%s\"")
        .formatted(
            id,
            random.nextInt(1000),
            SIDES[random.nextInt(SIDES.length)],
            SIDES[random.nextInt(SIDES.length)],
            1 + random.nextInt(2),
            random.nextInt(10) == 0 ? 3 : 1,
            PRIORITIES[random.nextInt(PRIORITIES.length)]);
  }

  // Either of the two may win the race in S3, but exactly one does.
  private void conflict(String id) {
    Set<String> outcomes = Set.of("completed", "failed:id_conflict");
    for (int i = 0; i < 2; i++) {
      String value = "\"id\":\"%s\",\"seed\":%s,%s".formatted(id, i, body(id));
      ExpectedRequest one = new ExpectedRequest(id, bytes(value), outcomes, false, false);
      if (i == 0) {
        add(one);
      } else {
        addLater(one);
      }
    }
  }

  private void cancelled(String id) {
    ExpectedRequest valid = valid(id);
    add(new ExpectedRequest(id, valid.value(), Set.of("completed", "cancelled"), false, true));
  }

  private static ExpectedRequest rejected(String id, String fields, String code) {
    byte[] value = bytes("\"id\":\"%s\",%s".formatted(id, fields));
    return new ExpectedRequest(id, value, Set.of("failed:" + code), false, false);
  }

  private void unreadable(String id) {
    if (random.nextBoolean()) {
      byte[] truncated =
          "{\"id\":\"%s\",\"prompt\":\"torn".formatted(id).getBytes(StandardCharsets.UTF_8);
      add(new ExpectedRequest(id, truncated, Set.of("failed:invalid_request"), true, false));
    } else {
      byte[] noise = new byte[1 + random.nextInt(200)];
      random.nextBytes(noise);
      noise[0] = 0;
      add(new ExpectedRequest("", noise, Set.of(), true, false));
    }
  }

  private void add(ExpectedRequest one) {
    requests.add(one);
  }

  // After the first one, with up to four others between them.
  private void addLater(ExpectedRequest one) {
    int between = random.nextInt(5);
    for (int i = 0; i < between; i++) {
      add(valid("between-" + requests.size()));
    }
    add(one);
  }

  private static byte[] bytes(String fields) {
    return ("{" + fields + "}").getBytes(StandardCharsets.UTF_8);
  }
}
