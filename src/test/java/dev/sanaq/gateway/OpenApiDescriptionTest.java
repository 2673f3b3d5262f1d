package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.openai.ModelsResource;
import dev.sanaq.gateway.openai.OpenAiResource;
import dev.sanaq.gateway.problem.AllowHeaderFilter;
import dev.sanaq.gateway.rest.AdaptersResource;
import dev.sanaq.gateway.rest.BacklogResource;
import dev.sanaq.gateway.rest.DeliveriesResource;
import dev.sanaq.gateway.rest.ImagesResource;
import dev.sanaq.gateway.rest.JobEventsResource;
import dev.sanaq.gateway.rest.JobsResource;
import dev.sanaq.gateway.upload.UploadResource;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The description by hand names every address and method that the code has, and no other. */
class OpenApiDescriptionTest {
  @Test
  void openApi_describesEveryPathAndMethod() throws IOException {
    assertThat(documentedOperations()).isEqualTo(implementedOperations());
  }

  @Test
  void allowHeader_everyPath_namesItsMethods() {
    for (String operation : implementedOperations()) {
      String[] parts = operation.split(" ", 2);
      String path = parts[1].replaceAll("\\{[^}]+}", "x");
      assertThat(AllowHeaderFilter.allowedMethods(path)).get().asString().contains(parts[0]);
    }
  }

  private static Set<String> documentedOperations() throws IOException {
    Set<String> operations = new TreeSet<>();
    String path = "";
    try (InputStream page =
        OpenApiDescriptionTest.class.getResourceAsStream("/META-INF/openapi.yaml")) {
      String text = new String(Objects.requireNonNull(page).readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        if (line.matches("  /v1/.*:")) {
          path = line.strip().replace(":", "");
        } else if (line.matches("    (get|post|delete):")) {
          operations.add(
              line.strip().replace(":", "").toUpperCase(java.util.Locale.ROOT) + " " + path);
        }
      }
    }
    return operations;
  }

  private static Set<String> implementedOperations() {
    Set<String> operations = new TreeSet<>();
    Stream.of(
            JobsResource.class,
            JobEventsResource.class,
            ImagesResource.class,
            DeliveriesResource.class,
            AdaptersResource.class,
            BacklogResource.class,
            OpenAiResource.class,
            UploadResource.class,
            ModelsResource.class)
        .forEach(
            resource -> {
              for (Method method : resource.getDeclaredMethods()) {
                String verb = httpMethod(method);
                if (!verb.isEmpty()) {
                  operations.add(verb + " " + path(resource, method));
                }
              }
            });
    return operations;
  }

  private static String path(Class<?> resource, Method method) {
    String root = resource.getAnnotation(Path.class).value();
    Path own = method.getAnnotation(Path.class);
    return own == null ? root : root + "/" + own.value();
  }

  private static String httpMethod(Method method) {
    if (method.isAnnotationPresent(GET.class)) {
      return "GET";
    }
    if (method.isAnnotationPresent(POST.class)) {
      return "POST";
    }
    return method.isAnnotationPresent(DELETE.class) ? "DELETE" : "";
  }
}
