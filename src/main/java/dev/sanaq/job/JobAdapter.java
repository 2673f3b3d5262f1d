package dev.sanaq.job;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A LoRA adapter that is applied to the model for a job.
 *
 * @param name the adapter's name in the model's {@code adapters} folder
 * @param scale the weight of its update: 0 has no effect, 1 is the trained strength
 * @param sha256 of the adapter's file; empty while it is not known
 */
public record JobAdapter(String name, double scale, String sha256) {
  Map<String, Object> asRequest() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put(RequestFields.ADAPTER_NAME, name);
    request.put(RequestFields.ADAPTER_SCALE, scale);
    if (!sha256.isEmpty()) {
      request.put(RequestFields.ADAPTER_SHA256, sha256);
    }
    return request;
  }
}
