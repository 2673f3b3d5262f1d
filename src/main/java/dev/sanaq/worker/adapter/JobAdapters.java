package dev.sanaq.worker.adapter;

import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.storage.adapter.AdapterLease;
import java.util.List;

/**
 * The adapters of one job. Files that were fetched stay until it is closed. Any number of threads.
 *
 * @param weights in the order in which they apply
 * @param leases of the fetched files
 */
public record JobAdapters(List<LoraWeight> weights, List<AdapterLease> leases)
    implements AutoCloseable {
  /** Of a job without adapters. */
  public static final JobAdapters NONE = new JobAdapters(List.of(), List.of());

  public JobAdapters {
    weights = List.copyOf(weights);
    leases = List.copyOf(leases);
  }

  @Override
  public void close() {
    leases.forEach(AdapterLease::close);
  }
}
