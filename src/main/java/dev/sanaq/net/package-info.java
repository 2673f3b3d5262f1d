/**
 * Outbound HTTP to URLs that requests name, with protection against server-side request forgery
 * (SSRF): {@link dev.sanaq.net.UrlPolicy} decides, and {@link dev.sanaq.net.PinnedHttpClient}
 * connects to the very address that was checked (DNS pinning).
 */
@NullMarked
package dev.sanaq.net;

import org.jspecify.annotations.NullMarked;
