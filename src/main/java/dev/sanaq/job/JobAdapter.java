package dev.sanaq.job;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An adapter that a job is drawn with.
 *
 * @param name what it is called beside the model
 * @param scale 0 for nothing of it, 1 for what was learnt
 */
public record JobAdapter(String name, double scale) {
  Map<String, Object> asRequest() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("name", name);
    request.put("scale", scale);
    return request;
  }
}
