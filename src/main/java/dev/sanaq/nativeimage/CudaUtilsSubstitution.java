package dev.sanaq.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * DJL looks for NVIDIA's runtime library through a proxy of JNA, which a native image lacks.
 * Nothing depends on what it finds: the engine counts its GPUs itself.
 */
@Substitute
@TargetClass(className = "ai.djl.util.cuda.CudaUtils")
final class CudaUtilsSubstitution {
  private CudaUtilsSubstitution() {}

  @Substitute
  static boolean hasCuda() {
    return false;
  }

  @Substitute
  static int getGpuCount() {
    return 0;
  }

  @Substitute
  static int getCudaVersion() {
    throw notUsed();
  }

  @Substitute
  static String getCudaVersionString() {
    throw notUsed();
  }

  @Substitute
  static String getComputeCapability(int device) {
    throw notUsed();
  }

  private static IllegalStateException notUsed() {
    return new IllegalStateException("the native executable does not ask DJL about GPUs");
  }
}
