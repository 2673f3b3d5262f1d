package dev.sanaq.testing;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Parsed Java sources, for tests that hold documentation to the code.
 *
 * @param units the files, in order of their paths
 * @param docs their Javadoc
 */
public record JavaSources(List<CompilationUnitTree> units, DocTrees docs) {
  /**
   * Parses the sources below a folder, without compiling them.
   *
   * @param wanted which files
   */
  public static JavaSources parse(Path root, Predicate<Path> wanted) throws IOException {
    List<Path> sources;
    try (Stream<Path> files = Files.walk(root)) {
      sources =
          files.filter(file -> file.toString().endsWith(".java")).filter(wanted).sorted().toList();
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var units = files.getJavaFileObjectsFromPaths(sources);
      JavacTask task =
          (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, units);
      List<CompilationUnitTree> parsed = new ArrayList<>();
      task.parse().forEach(parsed::add);
      return new JavaSources(List.copyOf(parsed), DocTrees.instance(task));
    }
  }
}
