/**
 * The worker: reads requests, runs them in batches and publishes their results. {@link
 * dev.sanaq.worker.WorkerService} is its entry, {@link dev.sanaq.worker.WorkerAssembly} wires it,
 * {@link dev.sanaq.worker.WorkerRuntime} starts and drains it.
 *
 * <p>The phases of a job ({@link dev.sanaq.worker.queue.JobPhase}), and the class and the thread of
 * every step:
 *
 * <pre>{@code
 * request record
 *    |   RequestHandler, polling thread       invalid or unreadable: RecordCompleter publishes
 *    v                                        a failed event or a dead letter, there is no job
 * QUEUED     JobQueue; AdapterPreparer,        (3) partition revoked, S3 outage --> ABANDONED
 *    |   ^      sanaq-adapters-n, fetches;
 *    |   |      SafetyStage, sanaq-safety-n, checks the prompt
 *    |   |  (1) quarantine: an earlier attempt did not finish
 *    v   |
 * STARTING   BatchPreparer, sanaq-batcher;    stored result, conflict, refused URL,
 *    |       AttemptGate, sanaq-attempts-n    (2) crashed, (4), (5), adapters,
 *    |                                        refused prompt --------------------> PUBLISHING
 *    |                                        (3), (6), (7) --------------------> ABANDONED
 *    v
 * RUNNING    InferenceLoop, sanaq-inference   error of the model, (4), (5) -----> PUBLISHING
 *    |                                        (3), (6), (8) --------------------> ABANDONED
 *    v
 * STORING    ResultWriter, sanaq-io-n;        error of S3 or of an upload, refused
 *    |       SafetyStage checks the images;   image ----------------------------> PUBLISHING
 *    |       PresignedUploader,               (3), (7) -------------------------> ABANDONED
 *    |       sanaq-upload-n
 *    v
 * PUBLISHING JobCompleter, the same threads (from the inference thread: sanaq-io-n); an outcome
 *    |       other than a result is stored first: OutcomeRecorder;
 *    |       ResultPublisher, polling thread; TransactionRunner, sanaq-publish-1
 *    v
 * result and offset are committed in one transaction; PUBLISHING is the last phase
 *
 * ABANDONED  JobCompleter releases the counted attempt, except after (8); the offset is not
 *            committed, so the partition's next worker reads the record again
 * }</pre>
 *
 * <ol>
 *   <li>Quarantine: AttemptGate finds an attempt of the same record without a result. The job goes
 *       back to the queue and starts alone, when no other job is active.
 *   <li>Crash: a worker that dies leaves the counted attempt in S3 and the offset uncommitted.
 *       After {@code max-attempts} such attempts the job fails with {@code crashed}.
 *   <li>Abandon: RebalanceHandler abandons the jobs of a revoked partition that have no counted
 *       attempt, awaits the others for {@code revoke-timeout}, then requests that they are
 *       abandoned.
 *   <li>Cancel: CancellationChannel (sanaq-cancellations) hands it on. A queued job is taken from
 *       the queue at once, a running one stops at its next step. While a job is stored it is too
 *       late.
 *   <li>Deadline: checked before the start, with the estimated duration, and before every step.
 *   <li>Shutdown: batches that do not run yet are abandoned; a running one only if it would not
 *       finish within the grace.
 *   <li>S3 outage: StorageRetry gives up after its retry timeout and a failed probe.
 *       GroupMembership then abandons all jobs, leaves the group, and rejoins when the probe
 *       succeeds. The first join waits for the probe, too.
 *   <li>Lost GPU: DeviceLoss ends the process. The attempts stay counted, as after a crash.
 * </ol>
 *
 * <p>{@link dev.sanaq.worker.attempt.JobTermination} decides (3) to (6) before the start, before
 * the run and before every step; retries of S3 calls and uploads check for (3) alone.
 */
@NullMarked
package dev.sanaq.worker;

import org.jspecify.annotations.NullMarked;
