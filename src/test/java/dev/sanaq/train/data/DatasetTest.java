package dev.sanaq.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.PngEncoder;
import dev.sanaq.image.RgbImage;
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
  void aLineIsAPictureWithItsScoredCaptions() throws IOException {
    Dataset dataset = Dataset.read(list(LINE, "", "{\"image\": \"b/b.png\"}"));
    assertThat(dataset.rows())
        .containsExactly(
            new Row(
                "a.png",
                0xff8000,
                3,
                List.of(
                    new ScoredCaption("an apple", 0.31, "vlm-1"),
                    new ScoredCaption("fruit", 0, ""))),
            new Row("b/b.png", 0xffffff, 1, List.of()));
    assertThat(dataset.file(dataset.rows().get(1))).isEqualTo(folder.resolve("b/b.png"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"caption\": \"x\", \"image\": \"a\"} | unknown field caption",
        "{\"captions\": []} | image must be a text",
        "{\"image\": \" \"} | image must be the name of a file",
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
        "[1] | is no JSON object",
        "{\"image\": | is no JSON object"
      })
  void aBadLineIsNamedWithItsNumberAndField(String line, String said) throws IOException {
    Path list = list("{\"image\": \"good.png\"}", line);
    assertThatThrownBy(() -> Dataset.read(list))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(list + ", line 2")
        .hasMessageContaining(said);
  }

  @Test
  void whatHoldsNoPictureIsRefused() throws IOException {
    assertThatThrownBy(() -> Dataset.read(list("", " ")))
        .hasMessage(folder.resolve("list.jsonl") + " lists no picture");
    Path none = folder.resolve("none.jsonl");
    assertThatThrownBy(() -> Dataset.read(none))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(none.toString());
    Path latin =
        Files.write(
            folder.resolve("latin"), "{\"image\": \"ä\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Dataset.read(latin)).hasMessage(latin + " is no text in UTF-8");
  }

  /** Whatever stands in a line, a row or the documented exception comes out. */
  @Test
  void noLineBreaksTheReader() {
    Random random = new Random(5);
    for (int i = 0; i < 3000; i++) {
      StringBuilder line = new StringBuilder(LINE.strip());
      for (int k = 0; k <= random.nextInt(5); k++) {
        line.setCharAt(random.nextInt(line.length()), (char) (32 + random.nextInt(95)));
      }
      try {
        assertThat(new RowReader("line").read(line.toString()).repeats()).isPositive();
      } catch (BadDataException e) {
        assertThat(e).hasMessageStartingWith("line");
      }
    }
  }

  @Test
  void aFolderIsItsPicturesWithTheTextsBesideThem() throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    picture("b.PNG", 1);
    picture("sub/a.png", 2);
    picture("c.jpeg", 3);
    Files.writeString(folder.resolve("b.txt"), "one caption\n\n  another  \n");
    Files.writeString(folder.resolve("notes.txt"), "of no picture");
    assertThat(Dataset.read(folder).rows())
        .containsExactly(
            new Row(
                "b.PNG",
                Row.WHITE,
                1,
                List.of(
                    new ScoredCaption("one caption", 0, ""), new ScoredCaption("another", 0, ""))),
            new Row("c.jpeg", Row.WHITE, 1, List.of()),
            new Row("sub/a.png", Row.WHITE, 1, List.of()));
  }

  @Test
  void damagedAndMissingPicturesAreNamedAndLeftOut() throws IOException {
    picture("good.png", 1);
    Files.writeString(folder.resolve("bad.png"), "no picture");
    Path list =
        list(row("good.png"), row("bad.png"), row("gone.png"), row("good.png"), row("bad.png"));
    List<String> said = new ArrayList<>();
    Dataset readable = Dataset.read(list).readable(new DamageLimit(0.7), said::add);
    assertThat(readable.rows()).extracting(Row::image).containsExactly("good.png", "good.png");
    assertThat(said)
        .containsExactly(
            folder.resolve("bad.png") + ": is neither PNG nor JPEG nor WebP",
            folder.resolve("gone.png") + ": there is no such file");
  }

  @Test
  void tooMuchDamageIsRefused() throws IOException {
    picture("good.png", 1);
    Path list = list(row("good.png"), row("gone.png"));
    assertThatThrownBy(() -> Dataset.read(list).readable(DamageLimit.DEFAULT, said -> {}))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("1 of 2 pictures are damaged or missing")
        .hasMessageContaining("gone.png: there is no such file");
    Path allGone = list(row("gone.png"));
    assertThatThrownBy(() -> Dataset.read(allGone).readable(new DamageLimit(1), said -> {}))
        .hasMessageContaining("1 of 1 pictures");
  }

  @Test
  void theFingerprintTellsOtherDataApart() throws IOException {
    picture("a.png", 1);
    picture("b.png", 2);
    String known = Dataset.read(list(row("a.png"), row("b.png"))).fingerprint();
    assertThat(known).matches("[0-9a-f]{64}");
    assertThat(Dataset.read(list(row("a.png"), row("b.png"))).fingerprint()).isEqualTo(known);
    assertThat(Dataset.read(list(row("b.png"), row("a.png"))).fingerprint()).isNotEqualTo(known);
    assertThat(Dataset.read(list(row("a.png"))).fingerprint()).isNotEqualTo(known);
    String captioned = "{\"image\": \"a.png\", \"captions\": [{\"text\": \"x\"}]}";
    assertThat(Dataset.read(list(captioned, row("b.png"))).fingerprint()).isNotEqualTo(known);
    picture("b.png", 3);
    assertThat(Dataset.read(list(row("a.png"), row("b.png"))).fingerprint()).isNotEqualTo(known);
  }

  private static String row(String image) {
    return "{\"image\": \"%s\"}".formatted(image);
  }

  private Path list(String... lines) throws IOException {
    return Files.writeString(folder.resolve("list.jsonl"), String.join("\n", lines));
  }

  private void picture(String name, int value) throws IOException {
    RgbImage image = new RgbImage(1, 1, new byte[] {(byte) value, 0, 0});
    Files.write(folder.resolve(name), PngEncoder.encode(image));
  }
}
