package dev.sanaq.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.PngEncoder;
import dev.sanaq.sana.preview.LatentRgbFactors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Fits the previews of the checkpoint that ships, with its own autoencoder. */
class PreviewFitCommandTest {
  private static final int SIDE = 128;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  Path temp;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path model;

  @BeforeEach
  void writeCheckpoint() throws IOException {
    model = DemoCheckpoint.write(temp);
    Files.deleteIfExists(model.resolve(LatentRgbFactors.FILE));
  }

  @Test
  void fit_writesFactorsThatExplainTheColours() throws IOException {
    Path images = Files.createDirectories(temp.resolve("images/below"));
    Random random = new Random(3);
    for (int i = 0; i < 12; i++) {
      Files.write(images.resolve(i + ".png"), PngEncoder.encode(discs(random)));
    }
    Files.writeString(images.resolve("notes.txt"), "no image");
    assertThat(run("--images", temp.resolve("images").toString())).as(err.toString()).isZero();
    Matcher line =
        Pattern.compile("(.*): 12 images, 768 latents, explained variance (0\\.\\d+)\\n")
            .matcher(out.toString());
    assertThat(line.matches()).as(out.toString()).isTrue();
    assertThat(Path.of(line.group(1))).isRegularFile();
    assertThat(Double.parseDouble(line.group(2))).isGreaterThan(0.7);
    assertThat(LatentRgbFactors.read(model, 32)).isPresent();
  }

  @Test
  void fit_withoutImages_orWithADamagedOne_writesNothing() throws IOException {
    Path images = Files.createDirectory(temp.resolve("images"));
    assertThat(run("--images", images.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("0 latents are too few for 32 channels");
    Files.writeString(images.resolve("a.png"), "no image");
    assertThat(run("--images", images.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("a.png: is neither PNG nor JPEG nor WebP");
    assertThat(model.resolve(LatentRgbFactors.FILE)).doesNotExist();
  }

  private int run(String... args) {
    String[] all = new String[args.length + 2];
    all[0] = "--model";
    all[1] = model.toString();
    System.arraycopy(args, 0, all, 2, args.length);
    return new CommandLine(new PreviewFitCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all);
  }

  /** A disc of one colour on another. */
  private static RgbImage discs(Random random) {
    byte[] samples = new byte[3 * SIDE * SIDE];
    int[] colours = random.ints(6, 0, 256).toArray();
    int radius = 20 + random.nextInt(40);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int first = Math.hypot(x - SIDE / 2.0, y - SIDE / 2.0) < radius ? 0 : 3;
        for (int k = 0; k < 3; k++) {
          samples[3 * (y * SIDE + x) + k] = (byte) colours[first + k];
        }
      }
    }
    return new RgbImage(SIDE, SIDE, samples);
  }
}
