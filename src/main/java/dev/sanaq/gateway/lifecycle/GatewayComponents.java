package dev.sanaq.gateway.lifecycle;

import dev.sanaq.gateway.auth.ApiKeyAuthenticator;
import dev.sanaq.gateway.auth.DailyQuota;
import dev.sanaq.gateway.auth.RateLimiter;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.kafka.request.RequestProducer;

/**
 * The parts of a running gateway.
 *
 * @param authenticator who may come in
 * @param rateLimiter how often
 * @param view the jobs
 * @param backlog the work that waits
 * @param dailyQuota jobs of today by owner
 * @param requestProducer the way to the workers
 * @param archive what lies on the storage
 */
public record GatewayComponents(
    ApiKeyAuthenticator authenticator,
    RateLimiter rateLimiter,
    JobView view,
    Backlog backlog,
    DailyQuota dailyQuota,
    RequestProducer requestProducer,
    JobArchive archive) {}
