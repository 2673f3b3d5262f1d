package dev.sanaq.gateway;

import dev.sanaq.event.Requests;

/**
 * The parts of a running gateway.
 *
 * @param access who may come in
 * @param rateLimit how often
 * @param view the jobs
 * @param backlog the work that waits
 * @param dayCounts jobs of today by owner
 * @param requests the way to the workers
 * @param shelf what lies on the storage
 */
record Gateway(
    Access access,
    RateLimit rateLimit,
    JobView view,
    Backlog backlog,
    DayCounts dayCounts,
    Requests requests,
    Shelf shelf) {}
