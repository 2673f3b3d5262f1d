package dev.sanaq.gateway.upload;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.multipart.DefaultHttpDataFactory;
import io.netty.handler.codec.http.multipart.HttpData;
import io.netty.handler.codec.http.multipart.HttpPostMultipartRequestDecoder;
import io.netty.handler.codec.http.multipart.HttpPostRequestDecoder;
import io.netty.handler.codec.http.multipart.InterfaceHttpData;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parts of a {@code multipart/form-data} body (RFC 7578), all in memory. */
public final class MultipartForm {
  private static final int CHUNK_BYTES = 65_536;
  private static final int MAX_PARTS = 64;
  private static final int MAX_HEADER_BYTES = 16_384;

  private final Map<String, List<byte[]>> parts = new LinkedHashMap<>();

  private MultipartForm() {}

  /**
   * Reads a body.
   *
   * @param contentType the value of the header, with the boundary
   * @param maxBytes of the body
   * @param tooLarge the problem of a longer body
   * @throws ProblemException if the body is too large or no such form
   */
  static MultipartForm read(String contentType, InputStream body, long maxBytes, Problem tooLarge) {
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
    head.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    if (!HttpPostRequestDecoder.isMultipart(head)) {
      throw invalid("the header Content-Type names no boundary");
    }
    HttpPostMultipartRequestDecoder decoder = null;
    try {
      decoder =
          new HttpPostMultipartRequestDecoder(
              new DefaultHttpDataFactory(false),
              head,
              StandardCharsets.UTF_8,
              MAX_PARTS,
              MAX_HEADER_BYTES);
      offer(decoder, body, maxBytes, tooLarge);
      return collect(decoder);
    } catch (DecoderException e) {
      throw invalid(String.valueOf(e.getMessage()));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      // The decoder reads some damaged headers beyond their end.
      throw invalid("a part has damaged headers");
    } catch (IOException e) {
      throw new UncheckedIOException("the body could not be read", e);
    } finally {
      if (decoder != null) {
        destroy(decoder);
      }
    }
  }

  private static void destroy(HttpPostMultipartRequestDecoder decoder) {
    // The decoder itself releases only parts that are complete.
    InterfaceHttpData partial = decoder.currentPartialHttpData();
    if (partial != null && partial.refCnt() > 0) {
      partial.release();
    }
    decoder.destroy();
  }

  private static void offer(
      HttpPostMultipartRequestDecoder decoder, InputStream body, long maxBytes, Problem tooLarge)
      throws IOException {
    long total = 0;
    for (byte[] chunk = body.readNBytes(CHUNK_BYTES);
        chunk.length > 0;
        chunk = body.readNBytes(CHUNK_BYTES)) {
      total += chunk.length;
      if (total > maxBytes) {
        throw new ProblemException(tooLarge);
      }
      decoder.offer(new DefaultHttpContent(Unpooled.wrappedBuffer(chunk)));
    }
    decoder.offer(LastHttpContent.EMPTY_LAST_CONTENT);
    if (decoder.currentPartialHttpData() != null) {
      throw invalid("it ends within a part");
    }
  }

  private static MultipartForm collect(HttpPostMultipartRequestDecoder decoder) throws IOException {
    MultipartForm form = new MultipartForm();
    for (InterfaceHttpData part : decoder.getBodyHttpDatas()) {
      if (part instanceof HttpData data) {
        form.parts.computeIfAbsent(data.getName(), name -> new ArrayList<>()).add(data.get());
      }
    }
    return form;
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(Problem.invalidForm(detail));
  }

  /** The names of the parts. */
  public List<String> names() {
    return List.copyOf(parts.keySet());
  }

  /** The contents of every part with this name, in their order. */
  public List<byte[]> all(String name) {
    return List.copyOf(parts.getOrDefault(name, List.of()));
  }

  /** The first part with this name as text in UTF-8; empty if there is none. */
  public Optional<String> text(String name) {
    return all(name).stream().findFirst().map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }
}
