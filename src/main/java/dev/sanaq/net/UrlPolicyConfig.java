package dev.sanaq.net;

import java.util.List;
import java.util.Set;

/**
 * What the operator allows to be called.
 *
 * @param allowHttp whether http addresses, besides https
 * @param ports the ports
 * @param allowedHosts hosts by glob ({@code *.svc.cluster.local}) and addresses by CIDR block that
 *     may be called although they lie inside
 */
public record UrlPolicyConfig(boolean allowHttp, Set<Integer> ports, List<String> allowedHosts) {
  public UrlPolicyConfig {
    ports = Set.copyOf(ports);
    allowedHosts = List.copyOf(allowedHosts);
  }
}
