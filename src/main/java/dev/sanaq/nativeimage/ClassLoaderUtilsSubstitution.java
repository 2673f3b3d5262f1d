package dev.sanaq.nativeimage;

import ai.djl.util.ClassLoaderUtils;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.io.IOException;
import java.net.URL;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/**
 * DJL has its native libraries for all systems in its jars. The executable has none of them inside:
 * the one that is needed is a file beside it.
 */
@TargetClass(ClassLoaderUtils.class)
final class ClassLoaderUtilsSubstitution {
  private ClassLoaderUtilsSubstitution() {}

  @Substitute
  public static @Nullable URL getResource(String name) throws IOException {
    if (name.endsWith(".so")) {
      return LibraryFiles.find(name).toUri().toURL();
    }
    Enumeration<URL> found = ClassLoaderUtils.getResources(name);
    return found.hasMoreElements() ? found.nextElement() : null;
  }
}
