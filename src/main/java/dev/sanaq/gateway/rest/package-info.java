/** The REST API: jobs, images, server-sent events, deliveries, backlog. */
@NullMarked
package dev.sanaq.gateway.rest;

import org.jspecify.annotations.NullMarked;
