package dev.sanaq.gateway.openai;

import io.smallrye.mutiny.Multi;

/**
 * The body of an answer that is written as its events come.
 *
 * @param events server-sent events as bytes; the client's end of the connection cancels them
 */
record ImageStream(Multi<byte[]> events) {}
