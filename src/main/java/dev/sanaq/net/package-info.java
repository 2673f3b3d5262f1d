/**
 * Outbound HTTP to URLs that requests name, with protection against server-side request forgery
 * (SSRF): {@link dev.sanaq.net.UrlPolicy} decides, and the call goes to the very address that was
 * checked.
 */
@NullMarked
package dev.sanaq.net;

import org.jspecify.annotations.NullMarked;
