/** Authentication (API keys, OpenID Connect), rate limits and daily quotas. */
@NullMarked
package dev.sanaq.gateway.auth;

import org.jspecify.annotations.NullMarked;
