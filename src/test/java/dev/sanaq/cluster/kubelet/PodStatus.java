package dev.sanaq.cluster.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.cluster.control.ApiClient;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What a kubelet reports about a pod. Used by one thread. */
final class PodStatus {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ApiClient api;
  private final JsonNode pod;
  private final String startTime = now();
  private String phase = "Pending";
  private String address = "";
  private ObjectNode state = JSON.createObjectNode();
  private ObjectNode lastState = JSON.createObjectNode();
  private boolean started;
  private boolean ready;
  private int restarts;

  PodStatus(ApiClient api, JsonNode pod) {
    this.api = api;
    this.pod = pod;
  }

  void address(String value) {
    address = value;
  }

  boolean isReady() {
    return ready;
  }

  int restarts() {
    return restarts;
  }

  /** Reports that the container cannot be created yet. */
  void waiting(String reason, String message) {
    state = JSON.createObjectNode();
    state.withObject("waiting").put("reason", reason).put("message", message);
    started = false;
    ready = false;
    publish();
  }

  /** Reports that the container runs. */
  void running() {
    phase = "Running";
    state = JSON.createObjectNode();
    state.withObject("running").put("startedAt", now());
    publish();
  }

  /** Reports whether the container has started and is ready. */
  void ready(boolean value) {
    started = true;
    ready = value;
    publish();
  }

  /** Reports that the container exited and is started again. */
  void restarting(int exitCode) {
    restarts++;
    lastState = terminated(exitCode);
    waiting("CrashLoopBackOff", "exit code " + exitCode);
  }

  /** Reports that the pod has ended. */
  void ended(int exitCode) {
    phase = exitCode == 0 ? "Succeeded" : "Failed";
    state = terminated(exitCode);
    ready = false;
    started = false;
    publish();
  }

  private ObjectNode terminated(int exitCode) {
    ObjectNode result = JSON.createObjectNode();
    result
        .withObject("terminated")
        .put("exitCode", exitCode)
        .put("reason", exitCode == 0 ? "Completed" : "Error")
        .put("startedAt", startTime)
        .put("finishedAt", now());
    return result;
  }

  private void publish() {
    ObjectNode status = JSON.createObjectNode().put("phase", phase).put("startTime", startTime);
    status.put("hostIP", PodNetwork.HOST);
    if (!address.isEmpty()) {
      status.put("podIP", address);
      status.withArray("podIPs").addObject().put("ip", address);
    }
    ArrayNode conditions = status.withArray("conditions");
    condition(conditions, "PodScheduled", true);
    condition(conditions, "Initialized", !phase.equals("Pending"));
    condition(conditions, "ContainersReady", ready);
    condition(conditions, "Ready", ready);
    JsonNode container = pod.at("/spec/containers/0");
    ObjectNode reported = status.withArray("containerStatuses").addObject();
    reported
        .put("name", container.path("name").asText())
        .put("image", container.path("image").asText())
        .put("imageID", "none")
        .put("ready", ready)
        .put("started", started)
        .put("restartCount", restarts);
    reported.set("state", state);
    reported.set("lastState", lastState);
    ObjectNode patch = JSON.createObjectNode();
    patch.set("status", status);
    api.patch(
        "/api/v1/namespaces/%s/pods/%s/status"
            .formatted(pod.at("/metadata/namespace").asText(), pod.at("/metadata/name").asText()),
        patch.toString());
  }

  private static void condition(ArrayNode conditions, String type, boolean value) {
    conditions
        .addObject()
        .put("type", type)
        .put("status", value ? "True" : "False")
        .put("lastTransitionTime", now());
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
