package dev.sanaq.gateway.problem;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.testing.KafkaS3Client;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Sends bytes that no HTTP client would send, and reads the answer until the end. */
record RawHttp(URI root) {
  private static final int TIMEOUT_MILLIS = 20_000;

  /** An answer: the status line with the headers, and the body. */
  record Answer(String head, String body) {
    int status() {
      return Integer.parseInt(head.split(" ", 3)[1]);
    }

    boolean hasHeader(String line) {
      return ("\r\n" + head + "\r\n").toLowerCase().contains("\r\n" + line.toLowerCase() + "\r\n");
    }

    JsonNode json() {
      return KafkaS3Client.json(body.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** A POST of JSON. */
  Answer post(String path, String headers, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String more = "Content-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n";
    return send("POST", path, "Host: localhost\r\n" + more + headers, bytes);
  }

  Answer get(String path, String headers) throws IOException {
    return send("GET", path, headers, new byte[0]);
  }

  /** Sends a request with these header lines and {@code Connection: close}. */
  Answer send(String method, String path, String headers, byte[] body) throws IOException {
    String head = "%s %s HTTP/1.1\r\nConnection: close\r\n%s\r\n".formatted(method, path, headers);
    return send(head, body);
  }

  Answer send(String head, byte[] body) throws IOException {
    try (Socket socket = new Socket(root.getHost(), root.getPort());
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      out.flush();
      String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      int end = answer.indexOf("\r\n\r\n");
      return new Answer(answer.substring(0, end), answer.substring(end + 4));
    }
  }
}
