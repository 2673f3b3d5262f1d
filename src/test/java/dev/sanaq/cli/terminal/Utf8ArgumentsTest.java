package dev.sanaq.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class Utf8ArgumentsTest {
  private static final String PROMPT = "un chat, 猫 \uD83E\uDD8A";

  @Test
  void undecodableArgument_isReadAsUtf8() {
    byte[] line = line(StandardCharsets.UTF_8, "java", "-jar", "a.jar", "generate", PROMPT, "");
    assertThat(Utf8Arguments.decode(line, "generate", "un chat, \uFFFD\uFFFD\uFFFD", ""))
        .containsExactly("generate", PROMPT, "");
  }

  @Test
  void invalidUtf8_keepsJvmDecoding() {
    byte[] line = line(StandardCharsets.ISO_8859_1, "java", "é");
    assertThat(Utf8Arguments.decode(line, "\uFFFD")).containsExactly("\uFFFD");
    assertThat(Utf8Arguments.decode(new byte[0], "\uFFFD")).containsExactly("\uFFFD");
  }

  /** A process of its own: the locale is settled when a JVM starts. */
  @Test
  void prompt_underAsciiLocale_isPreserved() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    // The shell writes the bytes, so that the locale of this JVM does not matter.
    String script = "exec \"$0\" -cp \"$1\" \"$2\" \"$(printf 'g\\303\\251n')\"";
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", script, java, classPath, ArgumentPrinter.class.getName());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String codes = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(codes).isEqualTo("gén".chars().boxed().toList().toString());
  }

  /** Prints its argument's characters as numbers, which no encoding changes. */
  static final class ArgumentPrinter {
    private ArgumentPrinter() {}

    public static void main(String... args) {
      System.out.print(List.copyOf(Utf8Arguments.decode(args)[0].chars().boxed().toList()));
    }
  }

  private static byte[] line(Charset charset, String... words) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (String word : words) {
      line.writeBytes(word.getBytes(charset));
      line.write(0);
    }
    return line.toByteArray();
  }
}
