package dev.sanaq.gateway.openai;

import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * Writes an {@link ImageStream}. The framework streams what a method declares as a stream; OpenAI's
 * routes answer with JSON or with a stream, as the body of the request asks.
 */
@Provider
public class ImageStreamWriter implements ServerMessageBodyWriter<ImageStream> {
  private static final Logger LOG = Logger.getLogger(ImageStreamWriter.class);

  @Override
  public boolean isWriteable(
      Class<?> type, Type genericType, ResteasyReactiveResourceInfo target, MediaType mediaType) {
    return type == ImageStream.class;
  }

  @Override
  public boolean isWriteable(
      Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
    return type == ImageStream.class;
  }

  @Override
  public void writeResponse(ImageStream stream, Type genericType, ServerRequestContext context) {
    ResteasyReactiveRequestContext request = (ResteasyReactiveRequestContext) context;
    request.suspend();
    ServerHttpResponse response = context.serverResponse().setChunked(true);
    Cancellable subscription =
        stream
            .events()
            .subscribe()
            .with(
                event -> response.write(event, failure -> {}),
                failure -> {
                  LOG.error("an image stream failed", failure);
                  end(request);
                },
                () -> end(request));
    response.addCloseHandler(subscription::cancel);
  }

  @Override
  public void writeTo(
      ImageStream stream,
      Class<?> type,
      Type genericType,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, Object> headers,
      OutputStream out) {
    throw new UnsupportedOperationException("written without a thread of its own");
  }

  private static void end(ResteasyReactiveRequestContext request) {
    request.serverResponse().end();
    request.resume();
  }
}
