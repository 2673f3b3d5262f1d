package dev.sanaq.testing;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.local.LocalServices;
import dev.sanaq.storage.StorageConfig;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Kafka and S3 that all tests of a JVM share: they start with the first namespace and stop when the
 * JVM exits. Starting them takes two seconds, a namespace a fraction of one.
 *
 * <p>Tests stay independent because each class has a namespace: topics, consumer groups and a
 * bucket that no other class uses. A test that stops a service starts its own {@link
 * LocalServices}.
 */
public final class SharedLocalServices {
  /** The keys of a namespace's configuration. */
  public static final List<String> CONFIG_KEYS =
      Stream.concat(LocalServices.CONFIG_KEYS.stream(), names("any").keySet().stream()).toList();

  private SharedLocalServices() {}

  /**
   * Creates topics and a bucket.
   *
   * @param owner begins the names; a test class's simple name
   * @return the configuration of the services and of the names, by {@link #CONFIG_KEYS}
   */
  @SuppressWarnings("unchecked")
  public static Map<String, String> createNamespace(String owner) {
    // Quarkus loads test classes with class loaders of its own, one for each application, and
    // closes
    // them: through the system class loader all of them reach the same services.
    ClassLoader system = ClassLoader.getSystemClassLoader();
    Thread current = Thread.currentThread();
    ClassLoader context = current.getContextClassLoader();
    current.setContextClassLoader(system);
    try {
      return (Map<String, String>)
          Class.forName(Namespace.class.getName(), true, system)
              .getMethod("create", String.class)
              .invoke(null, owner);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the shared services do not start", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    } finally {
      current.setContextClassLoader(context);
    }
  }

  private static Map<String, String> names(String name) {
    return Map.of(
        "sanaq.topics.requests", name + ".requests",
        "sanaq.topics.cancellations", name + ".cancellations",
        "sanaq.topics.events", name + ".events",
        "sanaq.topics.dead-letters", name + ".dead-letters",
        "sanaq.topics.webhook-deliveries", name + ".webhook-deliveries",
        "sanaq.worker.group", name + "-workers",
        "sanaq.webhook.group", name + "-webhooks",
        "sanaq.storage.bucket", name);
  }

  /** The state of the JVM, always loaded by the system class loader. */
  public static final class Namespace {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final LocalServices SERVICES = start();

    private Namespace() {}

    /** Implements {@link SharedLocalServices#createNamespace}. */
    public static Map<String, String> create(String owner) {
      String name = "%s-%s".formatted(owner.toLowerCase(Locale.ROOT), COUNT.incrementAndGet());
      Map<String, String> config = new TreeMap<>(SERVICES.config());
      config.putAll(names(name));
      SERVICES.provision(
          TestSettings.mapping(TopicsConfig.class, config),
          TestSettings.mapping(StorageConfig.class, config));
      return config;
    }

    private static LocalServices start() {
      LocalServices services = LocalServices.startTemporary();
      Runtime.getRuntime().addShutdownHook(new Thread(services::close, "shared-services-stop"));
      return services;
    }
  }
}
