package dev.sanaq.faults.storage;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * An HTTP/1.1 request or response as sent over the wire.
 *
 * @param head the first line and the headers, with the empty line that ends them
 * @param body the body, with the framing of its chunks if it is chunked
 */
record HttpMessage(byte[] head, byte[] body) {
  private static final byte[] HEAD_TERMINATOR = {'\r', '\n', '\r', '\n'};

  /** Reads the head of the next message; empty at the end of the connection. */
  static byte[] readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < HEAD_TERMINATOR.length) {
      int next = in.read();
      if (next < 0) {
        return new byte[0];
      }
      head.write(next);
      matched = next == HEAD_TERMINATOR[matched] ? matched + 1 : next == HEAD_TERMINATOR[0] ? 1 : 0;
    }
    return head.toByteArray();
  }

  /** Reads the body that follows a head. */
  static HttpMessage readBody(byte[] head, InputStream in) throws IOException {
    String length = header(head, "content-length");
    if (!length.isEmpty()) {
      return new HttpMessage(head, readExactly(in, Integer.parseInt(length)));
    }
    boolean chunked = header(head, "transfer-encoding").equalsIgnoreCase("chunked");
    return new HttpMessage(head, chunked ? readChunks(in) : new byte[0]);
  }

  /** Reads the final response to a request, past interim ones. */
  static HttpMessage readResponse(byte[] requestHead, InputStream in) throws IOException {
    byte[] head;
    do {
      head = readHead(in);
      if (head.length == 0) {
        throw new IOException("the S3 server closed the connection");
      }
    } while (firstLine(head).matches("HTTP/1.1 1.*"));
    boolean bodiless =
        firstLine(requestHead).startsWith("HEAD ")
            || firstLine(head).matches("HTTP/1.1 (204|304).*");
    return bodiless ? new HttpMessage(head, new byte[0]) : readBody(head, in);
  }

  /** Returns the first line of a head. */
  static String firstLine(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    return text.substring(0, text.indexOf('\r'));
  }

  /** Returns a header's value, or an empty text if there is none. */
  static String header(byte[] head, String name) {
    return new String(head, StandardCharsets.ISO_8859_1)
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  /** Returns the message with one bit of its body flipped. */
  HttpMessage withFlippedBit() {
    byte[] flipped = body.clone();
    flipped[flipped.length / 2] ^= 1;
    return new HttpMessage(head, flipped);
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(head);
    out.write(body);
    out.flush();
  }

  /** Writes the first half of the message, as if the connection broke then. */
  void writeHalf(OutputStream out) throws IOException {
    int half = (head.length + body.length) / 2;
    out.write(head, 0, Math.min(half, head.length));
    out.write(body, 0, Math.max(0, half - head.length));
    out.flush();
  }

  private static byte[] readExactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("%s bytes of %s".formatted(bytes.length, length));
    }
    return bytes;
  }

  private static byte[] readChunks(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int size;
    do {
      String line = readLine(in, all);
      size = Integer.parseInt(line.split(";", -1)[0].strip(), 16);
      // Trailers may follow the last chunk; an empty line ends them.
      all.write(readExactly(in, size));
      while (!readLine(in, all).isEmpty()) {}
    } while (size > 0);
    return all.toByteArray();
  }

  private static String readLine(InputStream in, OutputStream copy) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next;
    do {
      next = in.read();
      if (next < 0) {
        throw new EOFException("in a chunk");
      }
      line.write(next);
    } while (next != '\n');
    line.writeTo(copy);
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }
}
