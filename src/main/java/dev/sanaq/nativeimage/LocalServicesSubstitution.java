package dev.sanaq.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import dev.sanaq.local.LocalServices;
import dev.sanaq.local.LocalServicesConfig;
import dev.sanaq.local.LocalServicesUnavailableException;
import java.nio.file.Path;

/**
 * Leaves Kafka's broker and the S3 server for development out of the native executable: more than a
 * hundred libraries that a worker or a gateway never needs.
 */
@TargetClass(LocalServices.class)
final class LocalServicesSubstitution {
  private LocalServicesSubstitution() {}

  @Substitute
  static LocalServices start(Path folder, LocalServicesConfig plan) {
    throw new LocalServicesUnavailableException();
  }

  @Substitute
  static LocalServices startTemporary(LocalServicesConfig plan) {
    throw new LocalServicesUnavailableException();
  }
}
