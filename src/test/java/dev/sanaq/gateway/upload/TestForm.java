package dev.sanaq.gateway.upload;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builds a multipart form by hand, as RFC 7578 says. */
public final class TestForm {
  private static final String BOUNDARY = "----sanaq-test-boundary";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** The value of the header {@code Content-Type}. */
  public static String contentType() {
    return "multipart/form-data; boundary=" + BOUNDARY;
  }

  /** Adds a part with a text. */
  public TestForm text(String name, String value) {
    return part("form-data; name=\"%s\"".formatted(name), value.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a part with a file. */
  public TestForm file(String name, byte[] file) {
    return part(
        "form-data; name=\"%s\"; filename=\"a.png\"\r\nContent-Type: image/png".formatted(name),
        file);
  }

  private TestForm part(String disposition, byte[] content) {
    write("--" + BOUNDARY + "\r\nContent-Disposition: " + disposition + "\r\n\r\n");
    bytes.writeBytes(content);
    write("\r\n");
    return this;
  }

  /** The body, with its end. */
  public byte[] body() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(bytes.toByteArray());
    whole.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    return whole.toByteArray();
  }

  private void write(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
