package dev.sanaq.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.client5.http.entity.compress.ContentCoding;
import org.apache.hc.core5.io.IOFunction;

/**
 * The Apache HTTP client decodes Brotli, xz and more with Commons Compress, which in turn refers to
 * optional libraries that are not dependencies. The S3 client never asks for such a response; gzip
 * and deflate are in the HTTP client itself.
 */
@TargetClass(className = "org.apache.hc.client5.http.entity.compress.CommonsCompressCodecFactory")
final class CommonsCompressCodecFactorySubstitution {
  private CommonsCompressCodecFactorySubstitution() {}

  @Substitute
  static boolean runtimeAvailable(ContentCoding coding) {
    return false;
  }

  @Substitute
  static IOFunction<InputStream, InputStream> decoder(String token) {
    throw new UnsupportedOperationException(token);
  }

  @Substitute
  static IOFunction<OutputStream, OutputStream> encoder(String token) {
    throw new UnsupportedOperationException(token);
  }
}
