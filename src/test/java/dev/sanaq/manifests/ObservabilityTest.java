package dev.sanaq.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.manifests.render.Yaml;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Alerts, their tests, their runbooks and the dashboard use the program's metrics. */
class ObservabilityTest {
  private static final Path RULES = Path.of("deploy/prometheus/rules.yaml");
  private static final Path RULE_TESTS = Path.of("deploy/prometheus/rules.test.yaml");
  private static final Path MONITORING = Path.of("k8s/components/monitoring");
  private static final Path DASHBOARD = MONITORING.resolve("dashboard.json");
  private static final Path RUNBOOKS = Path.of("k8s/runbooks");
  private static final Pattern METRIC = Pattern.compile("\\b(?:sanaq|kafka|keda|kube)_[a-z_]+");

  /** The suffix of a series of a histogram or timer. */
  private static final Pattern SERIES_SUFFIX = Pattern.compile("_(bucket|sum|count)$");

  /** Metrics of KEDA and of the Kafka exporter. */
  private static final Set<String> EXTERNAL_METRICS =
      Set.of("keda_scaler_metrics_value", "kafka_consumergroup_lag");

  @Test
  void operatorRules_matchPlainRules() {
    Map<String, Object> rule = Yaml.documents(MONITORING.resolve("rules.yaml")).get(0);
    assertThat(Yaml.map(rule, "spec")).isEqualTo(Yaml.documents(RULES).get(0));
  }

  @Test
  void referencedMetrics_exist() throws IOException {
    Set<String> known = documentedMetrics();
    for (Path file : List.of(RULES, RULE_TESTS, DASHBOARD)) {
      Set<String> used = new TreeSet<>();
      METRIC.matcher(Files.readString(file)).results().map(MatchResult::group).forEach(used::add);
      used.removeAll(EXTERNAL_METRICS);
      assertThat(used.stream().map(ObservabilityTest::metricName).collect(Collectors.toSet()))
          .as("%s", file)
          .isNotEmpty()
          .isSubsetOf(known);
    }
  }

  @Test
  void dashboard_showsEveryMetric() throws IOException {
    String dashboard = Files.readString(DASHBOARD);
    assertThat(documentedMetrics()).allSatisfy(name -> assertThat(dashboard).contains(name));
  }

  /** A pool at zero workers has no series of theirs: its counts are 0, not "no data". */
  @Test
  void dashboardCounts_areZeroWithoutWorkers() throws IOException {
    Pattern count = Pattern.compile("(sum|count)\\((?!.*\\) / sum\\(rate\\(\\w+_count).*");
    List<String> counts = new ArrayList<>();
    for (JsonNode panel : new ObjectMapper().readTree(DASHBOARD.toFile()).get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        String query = target.get("expr").asText();
        if (count.matcher(query).matches()) {
          counts.add(query);
        }
      }
    }
    assertThat(counts)
        .hasSizeGreaterThanOrEqualTo(7)
        .allSatisfy(query -> assertThat(query).endsWith(" or vector(0)"));
  }

  @Test
  void alertOutcomes_areErrorCodes() throws IOException {
    Set<String> codes =
        Stream.of(ErrorCode.values())
            .map(code -> code.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));
    Matcher outcomes =
        Pattern.compile("outcome=~\\\\?\"([a-z_|]+)")
            .matcher(Files.readString(RULES) + Files.readString(DASHBOARD));
    int found = 0;
    while (outcomes.find()) {
      assertThat(Set.of(outcomes.group(1).split("\\|"))).isSubsetOf(codes);
      found++;
    }
    assertThat(found).isGreaterThanOrEqualTo(2);
  }

  @Test
  void everyAlert_hasTestAndRunbook() throws IOException {
    Set<String> alerts = new TreeSet<>();
    for (Map<String, Object> rule : rules()) {
      String name = Yaml.string(rule, "alert");
      alerts.add(name);
      Map<String, Object> annotations = Yaml.map(rule, "annotations");
      // The name that Alertmanager's and Grafana's links have.
      assertThat(annotations).containsOnlyKeys("summary", "runbook_url");
      URI page = URI.create(Yaml.string(annotations, "runbook_url"));
      assertThat(page).hasScheme("https");
      assertThat(page.getPath()).endsWith("/k8s/runbooks/" + name + ".md");
      assertThat(Files.readString(RUNBOOKS.resolve(name + ".md"))).startsWith("# " + name + "\n");
      assertThat(Yaml.string(rule, "labels", "severity")).isIn("critical", "warning", "info");
    }
    try (Stream<Path> pages = Files.list(RUNBOOKS)) {
      assertThat(pages.map(page -> page.getFileName().toString().replace(".md", "")))
          .containsExactlyInAnyOrderElementsOf(alerts);
    }
    assertThat(testedAlerts()).isEqualTo(alerts);
  }

  @Test
  void rules_passPromtoolTests() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool"))),
        "no promtool on the PATH: it is in Prometheus' archive and in Debian's package prometheus");
    Process promtool =
        new ProcessBuilder("promtool", "test", "rules", RULE_TESTS.toString()).inheritIO().start();
    assertThat(promtool.waitFor()).isZero();
  }

  /** Returns the alerts that a test expects to fire. */
  private static Set<String> testedAlerts() {
    Set<String> names = new TreeSet<>();
    for (Map<String, Object> test : Yaml.maps(Yaml.documents(RULE_TESTS).get(0), "tests")) {
      Yaml.maps(test, "alert_rule_test").stream()
          .filter(check -> !Yaml.maps(check, "exp_alerts").isEmpty())
          .forEach(check -> names.add(Yaml.string(check, "alertname")));
    }
    return names;
  }

  private static List<Map<String, Object>> rules() {
    return Yaml.maps(Yaml.documents(RULES).get(0), "groups").stream()
        .flatMap(group -> Yaml.maps(group, "rules").stream())
        .toList();
  }

  private static String metricName(String name) {
    return SERIES_SUFFIX.matcher(name).replaceAll("");
  }

  /** Returns the metrics in observability.md, which other tests compare with the program. */
  private static Set<String> documentedMetrics() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("src/docs/observability.md"))) {
      Matcher name = Pattern.compile("`(sanaq_[a-z_]+)`").matcher(line);
      while (line.startsWith("| `sanaq_") && name.find()) {
        names.add(name.group(1));
      }
    }
    return names;
  }
}
