package dev.sanaq.cluster.control;

import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.process.HttpProbe;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * etcd, kube-apiserver, kube-controller-manager and kube-scheduler as processes, with RBAC,
 * PodSecurity and the aggregation layer. Closing the processes ends it.
 */
public final class ControlPlane {
  /** The API server's port. */
  public static final int PORT = 6443;

  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final String ADMIN_TOKEN = "admin-of-test";

  private final TestProcesses processes;
  private final ClusterTools tools;
  private final String host;
  private final Path folder;
  private final CertificateAuthority authority;
  private final Path kubeconfig;
  private final String etcdUrl = "http://127.0.0.1:" + TestProcesses.freePort();

  private ControlPlane(TestProcesses processes, ClusterTools tools, String host) {
    this.processes = processes;
    this.tools = tools;
    this.host = host;
    this.folder = processes.folder().resolve("control-plane");
    this.authority = new CertificateAuthority(folder.resolve("pki"));
    this.kubeconfig = folder.resolve("admin.kubeconfig");
  }

  /**
   * Starts all and waits until the API server is ready.
   *
   * @param host an address of this machine that pods reach too
   */
  public static ControlPlane start(TestProcesses processes, ClusterTools tools, String host) {
    ControlPlane plane = new ControlPlane(processes, tools, host);
    plane.writeFiles();
    ManagedProcess etcd = plane.startEtcd();
    ManagedProcess server = plane.startApiServer(etcd);
    ApiClient api = plane.api();
    server.await("is ready", TIMEOUT, () -> isReady(api));
    plane.startController("kube-controller-manager", plane.controllerManagerFlags());
    plane.startController("kube-scheduler", List.of());
    Eventually.await("service account of the default namespace", TIMEOUT)
        .until(() -> api.find("/api/v1/namespaces/default/serviceaccounts/default").isPresent());
    return plane;
  }

  /** Returns a client with the administrator's rights. */
  public ApiClient api() {
    return new ApiClient(
        URI.create("https://%s:%s".formatted(host, PORT)),
        Path.of(authority.path("ca.crt")),
        ADMIN_TOKEN);
  }

  /** Returns kubectl with the administrator's rights. */
  public Kubectl kubectl() {
    return new Kubectl(kubeconfig);
  }

  private void writeFiles() {
    authority.issue(
        "apiserver",
        "/CN=kube-apiserver",
        "DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:" + host);
    authority.issue("front-proxy", "/CN=front-proxy", "DNS:localhost");
    authority.keyPair("service-accounts");
    try {
      Files.writeString(
          folder.resolve("tokens.csv"), ADMIN_TOKEN + ",admin,admin,system:masters\n");
      Files.writeString(
          kubeconfig,
          """
          apiVersion: v1
          kind: Config
          clusters:
            - name: test
              cluster: {server: "https://%s:%s", certificate-authority: "%s"}
          users:
            - name: admin
              user: {token: %s}
          contexts:
            - name: test
              context: {cluster: test, user: admin}
          current-context: test
          """
              .formatted(host, PORT, authority.path("ca.crt"), ADMIN_TOKEN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ManagedProcess startEtcd() {
    String peer = "http://127.0.0.1:" + TestProcesses.freePort();
    return start(
        "etcd",
        List.of(
            "--data-dir=" + folder.resolve("etcd"),
            "--listen-client-urls=" + etcdUrl,
            "--advertise-client-urls=" + etcdUrl,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer,
            "--unsafe-no-fsync",
            "--log-level=warn"));
  }

  private ManagedProcess startApiServer(ManagedProcess etcd) {
    etcd.await("serves clients", TIMEOUT, this::etcdIsHealthy);
    return start(
        "kube-apiserver",
        List.of(
            "--etcd-servers=" + etcdUrl,
            "--bind-address=" + host,
            "--secure-port=" + PORT,
            "--advertise-address=" + host,
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--token-auth-file=" + folder.resolve("tokens.csv"),
            "--client-ca-file=" + authority.path("ca.crt"),
            "--tls-cert-file=" + authority.path("apiserver.crt"),
            "--tls-private-key-file=" + authority.path("apiserver.key"),
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=" + authority.path("service-accounts.pub"),
            "--service-account-signing-key-file=" + authority.path("service-accounts.key"),
            // There is no kube-proxy: it calls webhooks and aggregated APIs at the pods' addresses.
            "--enable-aggregator-routing=true",
            "--requestheader-client-ca-file=" + authority.path("ca.crt"),
            "--requestheader-allowed-names=front-proxy",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-username-headers=X-Remote-User",
            "--proxy-client-cert-file=" + authority.path("front-proxy.crt"),
            "--proxy-client-key-file=" + authority.path("front-proxy.key")));
  }

  private List<String> controllerManagerFlags() {
    return List.of(
        "--service-account-private-key-file=" + authority.path("service-accounts.key"),
        "--root-ca-file=" + authority.path("ca.crt"),
        // Kubernetes' own is 15 s; the run's other windows are shorter than the manifests' too.
        "--horizontal-pod-autoscaler-sync-period=5s");
  }

  private void startController(String name, List<String> flags) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--kubeconfig=" + kubeconfig,
                "--authentication-kubeconfig=" + kubeconfig,
                "--authorization-kubeconfig=" + kubeconfig,
                "--bind-address=127.0.0.1",
                "--secure-port=" + TestProcesses.freePort(),
                "--leader-elect=false"));
    all.addAll(flags);
    start(name, all);
  }

  private ManagedProcess start(String program, List<String> flags) {
    List<String> line = new ArrayList<>(List.of(tools.binary(program).toString()));
    line.addAll(flags);
    return processes.startCommand(program, line, Map.of());
  }

  private boolean etcdIsHealthy() {
    return HttpProbe.status(URI.create(etcdUrl + "/health")) == 200;
  }

  private static boolean isReady(ApiClient api) {
    try {
      return api.send("GET", "/readyz", "application/json", "").status() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }
}
