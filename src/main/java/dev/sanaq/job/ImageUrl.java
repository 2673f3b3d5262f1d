package dev.sanaq.job;

import java.time.Instant;
import java.util.Optional;

/**
 * A URL from which anyone can read an image.
 *
 * @param url the URL
 * @param expires when it ends, in whole seconds; empty if it does not
 */
public record ImageUrl(String url, Optional<Instant> expires) {}
