package dev.sanaq.worker;

import static dev.sanaq.worker.Outside.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.LocalServices;
import dev.sanaq.sana.Painter;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import org.junit.jupiter.api.Test;

/** Requests of every kind through a real broker and a real S3, seen from outside. */
class TenRequestsTest {
  @Test
  void aRequestBecomesAPictureAndAnEvent() {
    Painter painter = new GradientPainter();
    try (LocalServices services = LocalServices.startTemporary();
        Outside outside = new Outside(services.config())) {
      WorkerProcess worker =
          WorkerProcess.start(
              TestSettings.of(new HashMap<>(services.config())), painter, Clock.systemUTC());
      outside.send("{\"id\":\"first\",\"prompt\":\"a red apple\"}");
      var event = outside.awaitEvent("first/completed");
      System.out.println(new String(event.value()));
      System.out.println(event.headers());
      System.out.println(outside.objects("sanaq").keySet());
      assertThat(json(event).get("id").asText()).isEqualTo("first");
      assertThat(worker.drain(Duration.ofSeconds(10))).isTrue();
    }
  }
}
