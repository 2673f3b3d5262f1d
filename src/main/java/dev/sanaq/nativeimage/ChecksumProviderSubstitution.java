package dev.sanaq.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.checksums.SdkChecksum;
import software.amazon.awssdk.checksums.spi.ChecksumAlgorithm;

/**
 * The AWS SDK computes some checksums with the AWS Common Runtime if that is present. It is not a
 * dependency, and a native image cannot be linked with references to its classes. CRC32C has an
 * implementation in Java; the others fail, as they do on the JVM.
 */
@TargetClass(className = "software.amazon.awssdk.checksums.internal.ChecksumProvider")
final class ChecksumProviderSubstitution {
  private ChecksumProviderSubstitution() {}

  @Substitute
  static @Nullable SdkChecksum createCrtCrc32C() {
    return null;
  }

  @Substitute
  static SdkChecksum crc64NvmeCrtImplementation() {
    throw new UnsupportedOperationException("CRC64NVME needs the AWS Common Runtime");
  }

  @Substitute
  static SdkChecksum crtXxHash(ChecksumAlgorithm algorithm) {
    throw new UnsupportedOperationException(
        algorithm.algorithmId() + " needs the AWS Common Runtime");
  }
}
