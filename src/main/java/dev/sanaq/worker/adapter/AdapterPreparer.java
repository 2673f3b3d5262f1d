package dev.sanaq.worker.adapter;

import dev.sanaq.job.Job;
import dev.sanaq.job.JobAdapter;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.lora.LoraSource;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.lora.UnusableAdapterException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.adapter.AdapterCache;
import dev.sanaq.storage.adapter.AdapterLease;
import dev.sanaq.storage.adapter.AdapterRejectedException;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.transfer.ObjectUri;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Fetches the adapters that jobs name by their URI while the jobs are queued, so that a slow
 * download keeps no other job waiting, and gives them to the jobs that start. Any number of
 * threads.
 */
public final class AdapterPreparer {
  private static final CompletableFuture<Void> READY = CompletableFuture.completedFuture(null);

  private final AdapterCache cache;
  private final ImageGenerator generator;
  private final StorageRetry storageRetry;
  private final Executor downloads;

  /**
   * @param generator checks that an adapter fits its model
   * @param storageRetry decides whether a failed download is an outage of S3
   * @param downloads runs downloads
   */
  public AdapterPreparer(
      AdapterCache cache, ImageGenerator generator, StorageRetry storageRetry, Executor downloads) {
    this.cache = cache;
    this.generator = generator;
    this.storageRetry = storageRetry;
    this.downloads = downloads;
  }

  /**
   * Starts to fetch what the job needs and is not on this machine.
   *
   * @param aborted whether the job is no longer wanted
   * @return completes when the job can start, or with the reason why it cannot: see {@link
   *     #acquire}
   */
  public CompletableFuture<Void> fetch(Job job, BooleanSupplier aborted) {
    boolean present =
        job.adapters().stream()
            .allMatch(adapter -> !adapter.isRemote() || cache.isPresent(adapter.sha256()));
    return present
        ? READY
        : CompletableFuture.runAsync(() -> acquire(job, aborted).close(), downloads);
  }

  /**
   * The adapters of a job that starts; fetches again what was evicted meanwhile. Blocks.
   *
   * @param aborted whether the job is no longer wanted
   * @return closed by the caller
   * @throws InvalidAdapterException if a URI leads to no adapter of this model with that hash
   * @throws StorageException if an adapter cannot be read, or not be kept
   * @throws StorageOutageException if S3 is unavailable
   * @throws RetryAbortedException if the job is no longer wanted
   */
  public JobAdapters acquire(Job job, BooleanSupplier aborted) {
    List<LoraWeight> weights = new ArrayList<>();
    List<AdapterLease> leases = new ArrayList<>();
    try {
      for (int i = 0; i < job.adapters().size(); i++) {
        JobAdapter adapter = job.adapters().get(i);
        weights.add(
            adapter.isRemote()
                ? acquire(i, adapter, leases, aborted)
                : new LoraWeight(adapter.name(), adapter.scale(), adapter.sha256()));
      }
      return new JobAdapters(weights, leases);
    } catch (StorageException e) {
      leases.forEach(AdapterLease::close);
      throw storageRetry.failureOrOutage(e);
    } catch (RuntimeException e) {
      leases.forEach(AdapterLease::close);
      throw e;
    }
  }

  private LoraWeight acquire(
      int index, JobAdapter adapter, List<AdapterLease> leases, BooleanSupplier aborted) {
    try {
      AdapterLease lease = cache.acquire(ObjectUri.parse(adapter.uri()), adapter.sha256(), aborted);
      leases.add(lease);
      LoraWeight weight =
          LoraWeight.from(
              new LoraSource(adapter.uri(), lease.file()), adapter.scale(), adapter.sha256());
      generator.openAdapter(weight);
      return weight;
    } catch (AdapterRejectedException | UnusableAdapterException e) {
      throw new InvalidAdapterException(index, adapter.uri(), e);
    }
  }
}
