package dev.sanaq.net;

import java.util.List;
import java.util.Set;

/**
 * What the SSRF guard allows.
 *
 * @param allowHttp whether http is allowed besides https
 * @param ports the allowed ports
 * @param allowedHosts internal hosts that are allowed: globs ({@code *.svc.cluster.local}) and CIDR
 *     blocks
 */
public record UrlPolicyConfig(boolean allowHttp, Set<Integer> ports, List<String> allowedHosts) {
  public UrlPolicyConfig {
    ports = Set.copyOf(ports);
    allowedHosts = List.copyOf(allowedHosts);
  }
}
