package dev.sanaq.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.PngEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatasetTest {
  private static final String LINE =
      """
      {"image": "a.png", "background": "#ff8000", "repeats": 3, "captions": [\
      {"text": "an apple", "clipScore": 0.31, "source": "vlm-1"}, {"text": "fruit"}], \
      "metadata": {"width": 4}}
      """;

  @TempDir private Path folder = Path.of("");

  @Test
  void jsonLine_isImageWithScoredCaptions() throws IOException {
    Dataset dataset = Dataset.read(writeList(LINE, "", "{\"image\": \"b/b.png\"}"));
    assertThat(dataset.samples())
        .containsExactly(
            new TrainingSample(
                "a.png",
                0xff8000,
                3,
                List.of(
                    new ScoredCaption("an apple", 0.31, "vlm-1"),
                    new ScoredCaption("fruit", 0, ""))),
            new TrainingSample("b/b.png", 0xffffff, 1, List.of()));
    assertThat(dataset.imageFile(dataset.samples().get(1))).isEqualTo(folder.resolve("b/b.png"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"caption\": \"x\", \"image\": \"a\"} | unknown field caption",
        "{\"captions\": []} | image must be a text",
        "{\"image\": \" \"} | image must be a file name",
        "{\"image\": \"a\", \"captions\": \"x\"} | captions must be a list, not x",
        "{\"image\": \"a\", \"captions\": [\"x\"]} | captions[0] must be an object with a text",
        "{\"image\": \"a\", \"captions\": [{}]} | captions[0].text must be a text, not null",
        "{\"image\": \"a\", \"captions\": [{\"text\": \"x\", \"score\": 1}]} | captions[0].score",
        "{\"image\": \"a\", \"captions\": [{\"text\": \"x\", \"clipScore\": \"1\"}]}"
            + "| captions[0].clipScore must be a number, not 1",
        "{\"image\": \"a\", \"captions\": [{\"text\": \"x\", \"clipScore\": 1e999}]}"
            + "| captions[0].clipScore must be a number",
        "{\"image\": \"a\", \"background\": \"red\"} | background must be a colour like",
        "{\"image\": \"a\", \"repeats\": 0} | repeats must be a whole number from 1",
        "{\"image\": \"a\", \"repeats\": 1.5} | repeats must be a whole number from 1",
        "[1] | not a JSON object",
        "{\"image\": | not a JSON object"
      })
  void badLine_isReportedWithNumberAndField(String line, String problem) throws IOException {
    Path list = writeList("{\"image\": \"good.png\"}", line);
    assertThatThrownBy(() -> Dataset.read(list))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(list + ", line 2")
        .hasMessageContaining(problem);
  }

  @Test
  void listWithoutImages_isRejected() throws IOException {
    assertThatThrownBy(() -> Dataset.read(writeList("", " ")))
        .hasMessage(folder.resolve("list.jsonl") + " lists no image");
    Path none = folder.resolve("none.jsonl");
    assertThatThrownBy(() -> Dataset.read(none))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(none.toString());
    Path latin =
        Files.write(
            folder.resolve("latin"), "{\"image\": \"ä\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Dataset.read(latin))
        .hasMessage(latin + " cannot be read: it is not UTF-8 text");
  }

  /** Any line gives a sample or the documented exception. */
  @Test
  void fuzzedLine_parsesOrThrowsBadData() {
    Random random = new Random(5);
    for (int i = 0; i < 3000; i++) {
      StringBuilder line = new StringBuilder(LINE.strip());
      for (int k = 0; k <= random.nextInt(5); k++) {
        line.setCharAt(random.nextInt(line.length()), (char) (32 + random.nextInt(95)));
      }
      try {
        assertThat(new TrainingSampleReader("line").read(line.toString()).repeats()).isPositive();
      } catch (BadDataException e) {
        assertThat(e).hasMessageStartingWith("line");
      }
    }
  }

  @Test
  void folder_readsImagesWithSidecarCaptions() throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    writeImage("b.PNG", 1);
    writeImage("sub/a.png", 2);
    writeImage("c.jpeg", 3);
    Files.writeString(folder.resolve("b.txt"), "one caption\n\n  another  \n");
    Files.writeString(folder.resolve("notes.txt"), "no captions");
    assertThat(Dataset.read(folder).samples())
        .containsExactly(
            new TrainingSample(
                "b.PNG",
                TrainingSample.WHITE,
                1,
                List.of(
                    new ScoredCaption("one caption", 0, ""), new ScoredCaption("another", 0, ""))),
            new TrainingSample("c.jpeg", TrainingSample.WHITE, 1, List.of()),
            new TrainingSample("sub/a.png", TrainingSample.WHITE, 1, List.of()));
  }

  @Test
  void corruptAndMissingImages_areReportedAndSkipped() throws IOException {
    writeImage("good.png", 1);
    Files.writeString(folder.resolve("bad.png"), "not an image");
    Path list =
        writeList(
            row("good.png"), row("bad.png"), row("gone.png"), row("good.png"), row("bad.png"));
    List<String> reports = new ArrayList<>();
    Dataset readable = Dataset.read(list).filterReadable(new MaxCorruptShare(0.7), reports::add);
    assertThat(readable.samples())
        .extracting(TrainingSample::image)
        .containsExactly("good.png", "good.png");
    assertThat(reports)
        .containsExactly(
            folder.resolve("bad.png") + ": is neither PNG nor JPEG nor WebP",
            folder.resolve("gone.png") + ": no such file or folder");
  }

  @Test
  void tooManyCorruptImages_areRejected() throws IOException {
    writeImage("good.png", 1);
    Path list = writeList(row("good.png"), row("gone.png"));
    assertThatThrownBy(
            () -> Dataset.read(list).filterReadable(MaxCorruptShare.DEFAULT, report -> {}))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("1 of 2 images are corrupt or missing")
        .hasMessageContaining("gone.png: no such file or folder");
    Path allGone = writeList(row("gone.png"));
    assertThatThrownBy(
            () -> Dataset.read(allGone).filterReadable(new MaxCorruptShare(1), report -> {}))
        .hasMessageContaining("1 of 1 images");
  }

  @Test
  void fingerprint_changesWithData() throws IOException {
    writeImage("a.png", 1);
    writeImage("b.png", 2);
    String known = DatasetFingerprint.of(Dataset.read(writeList(row("a.png"), row("b.png"))));
    assertThat(known).matches("[0-9a-f]{64}");
    assertThat(DatasetFingerprint.of(Dataset.read(writeList(row("a.png"), row("b.png")))))
        .isEqualTo(known);
    assertThat(DatasetFingerprint.of(Dataset.read(writeList(row("b.png"), row("a.png")))))
        .isNotEqualTo(known);
    assertThat(DatasetFingerprint.of(Dataset.read(writeList(row("a.png"))))).isNotEqualTo(known);
    String captioned = "{\"image\": \"a.png\", \"captions\": [{\"text\": \"x\"}]}";
    assertThat(DatasetFingerprint.of(Dataset.read(writeList(captioned, row("b.png")))))
        .isNotEqualTo(known);
    writeImage("b.png", 3);
    assertThat(DatasetFingerprint.of(Dataset.read(writeList(row("a.png"), row("b.png")))))
        .isNotEqualTo(known);
  }

  private static String row(String image) {
    return "{\"image\": \"%s\"}".formatted(image);
  }

  private Path writeList(String... lines) throws IOException {
    return Files.writeString(folder.resolve("list.jsonl"), String.join("\n", lines));
  }

  private void writeImage(String name, int value) throws IOException {
    RgbImage image = new RgbImage(1, 1, new byte[] {(byte) value, 0, 0});
    Files.write(folder.resolve(name), PngEncoder.encode(image));
  }
}
