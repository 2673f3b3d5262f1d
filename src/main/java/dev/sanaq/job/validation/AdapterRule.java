package dev.sanaq.job.validation;

import dev.sanaq.job.JobAdapter;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.validation.ModelDefaults.KnownAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The rule for {@code adapters}: a list of {@code {"name": ..., "scale": ..., "sha256": ...}}, with
 * a {@code uri} in place of the name for an adapter on S3. The hash of such a one is required: it
 * makes the request mean the same file for good, whatever is stored at the URI later.
 */
record AdapterRule(Optional<List<KnownAdapter>> known, List<OutputLocation> locations) {
  private static final int MAX_ADAPTERS = 8;
  private static final double MAX_SCALE = 4;
  private static final int MAX_NAME_LENGTH = 128;
  private static final int MAX_URI_LENGTH = 512;
  private static final int HASH_LENGTH = 64;
  private static final String ALLOWED_HASH = "64 hexadecimal digits";
  private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

  /**
   * Reads and validates the adapters.
   *
   * @param known the model's adapters; empty if only the workers know them
   * @param locations where an adapter may be that has a URI
   */
  static List<JobAdapter> read(
      FieldReader fields, Optional<List<KnownAdapter>> known, List<OutputLocation> locations) {
    List<?> items = fields.list(RequestFields.ADAPTERS);
    if (items.size() > MAX_ADAPTERS) {
      return fields.reject(
          RequestFields.ADAPTERS, "at most %s adapters".formatted(MAX_ADAPTERS), List.of());
    }
    AdapterRule rule = new AdapterRule(known, locations);
    List<JobAdapter> adapters = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof Map<?, ?> item)) {
        return fields.reject(RequestFields.ADAPTERS, "objects with a name or a uri", List.of());
      }
      FieldReader inner = fields.item(RequestFields.ADAPTERS, i, item);
      inner.rejectUnknown(RequestFields.OF_ADAPTER);
      adapters.add(rule.read(inner, adapters));
    }
    return adapters;
  }

  private JobAdapter read(FieldReader inner, List<JobAdapter> before) {
    double scale = inner.number(RequestFields.ADAPTER_SCALE, 1, -MAX_SCALE, MAX_SCALE);
    boolean remote = inner.has(RequestFields.ADAPTER_URI);
    if (remote && inner.has(RequestFields.ADAPTER_NAME)) {
      inner.reject(RequestFields.ADAPTER_URI, "nothing beside a name: one of both", "");
    }
    JobAdapter adapter = remote ? readRemote(inner, scale) : readNamed(inner, scale);
    for (JobAdapter other : before) {
      if (other.name().equals(adapter.name()) && other.uri().equals(adapter.uri())) {
        inner.reject(
            remote ? RequestFields.ADAPTER_URI : RequestFields.ADAPTER_NAME,
            "each adapter once",
            "");
      }
    }
    return adapter;
  }

  private JobAdapter readRemote(FieldReader inner, double scale) {
    String uri = inner.string(RequestFields.ADAPTER_URI, "", 1, MAX_URI_LENGTH);
    String sha256 =
        inner.has(RequestFields.ADAPTER_SHA256)
            ? inner.string(RequestFields.ADAPTER_SHA256, "", 1, HASH_LENGTH)
            : inner.reject(
                RequestFields.ADAPTER_SHA256, ALLOWED_HASH + ", required with a uri", "");
    if (!sha256.isEmpty() && !HASH.matcher(sha256).matches()) {
      inner.reject(RequestFields.ADAPTER_SHA256, ALLOWED_HASH, sha256);
    }
    Optional<OutputLocation> location = JobAdapter.locate(uri);
    if (!uri.isEmpty() && location.isEmpty()) {
      inner.reject(RequestFields.ADAPTER_URI, JobAdapter.ALLOWED_URI, uri);
    } else if (location.isPresent() && !isAllowed(location.get())) {
      inner.reject(RequestFields.ADAPTER_URI, allowedLocations(), uri);
    }
    return JobAdapter.at(uri, scale, sha256.toLowerCase(Locale.ROOT));
  }

  private boolean isAllowed(OutputLocation location) {
    return locations.stream().anyMatch(allowed -> allowed.contains(location));
  }

  private String allowedLocations() {
    return locations.isEmpty()
        ? "none: sanaq.adapters.allowed-prefixes is not set"
        : "under one of "
            + locations.stream().map(each -> "s3://" + each).collect(Collectors.joining(", "));
  }

  /** With the hash of the worker's file, which the request's must equal if it has one. */
  private JobAdapter readNamed(FieldReader inner, double scale) {
    String name = inner.string(RequestFields.ADAPTER_NAME, "", 1, MAX_NAME_LENGTH);
    String wanted = inner.string(RequestFields.ADAPTER_SHA256, "", 0, HASH_LENGTH);
    return JobAdapter.named(name, scale, namedSha256(inner, name, wanted));
  }

  private String namedSha256(FieldReader inner, String name, String wanted) {
    if (!wanted.isEmpty() && !HASH.matcher(wanted).matches()) {
      return inner.reject(RequestFields.ADAPTER_SHA256, ALLOWED_HASH, wanted);
    }
    if (name.isEmpty() || known.isEmpty()) {
      return wanted.toLowerCase(Locale.ROOT);
    }
    KnownAdapter adapter =
        known.get().stream().filter(a -> a.name().equals(name)).findFirst().orElse(null);
    if (adapter == null) {
      return inner.reject(RequestFields.ADAPTER_NAME, names(known.get()), wanted);
    }
    if (!adapter.problem().isEmpty()) {
      String reason = "a usable adapter; this one is not: " + adapter.problem();
      return inner.reject(RequestFields.ADAPTER_NAME, reason, wanted);
    }
    if (!wanted.isEmpty() && !wanted.equalsIgnoreCase(adapter.sha256())) {
      String reason = "%s, the worker's file of that name".formatted(adapter.sha256());
      return inner.reject(RequestFields.ADAPTER_SHA256, reason, wanted);
    }
    return adapter.sha256();
  }

  private static String names(List<KnownAdapter> known) {
    return known.isEmpty()
        ? "none, this worker has no adapters"
        : known.stream().map(KnownAdapter::name).collect(Collectors.joining(", "));
  }
}
