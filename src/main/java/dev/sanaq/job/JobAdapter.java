package dev.sanaq.job;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A LoRA adapter that is applied to the model for a job.
 *
 * @param name the adapter's name in the model's {@code adapters} folder
 * @param scale the weight of its update: 0 has no effect, 1 is the trained strength
 */
public record JobAdapter(String name, double scale) {
  Map<String, Object> asRequest() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put(RequestFields.ADAPTER_NAME, name);
    request.put(RequestFields.ADAPTER_SCALE, scale);
    return request;
  }
}
