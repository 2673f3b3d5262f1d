package dev.sanaq.train.emoji;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.json.Json;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.ScoredCaption;
import dev.sanaq.train.data.TrainingSample;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses small fakes for the files of the archives, which are too large for the repository. */
class EmojiPreparationTest {
  private static final List<Emoji> TRAINED_EMOJI = EmojiSet.read();

  @TempDir private Path folder = Path.of("");

  private final List<Map<String, Object>> names = new ArrayList<>();
  private final Map<String, byte[]> assets = new TreeMap<>();

  @Test
  void lists_splitTrainedAndHeldOut() {
    addTrainedEmoji();
    for (int i = 0; i < 40; i++) {
      add(Integer.toHexString(0x10000 + i), 7, List.of());
    }
    EmojiPreparation.Summary summary = prepare();
    assertThat(summary)
        .isEqualTo(
            new EmojiPreparation.Summary(TRAINED_EMOJI.size(), TRAINED_EMOJI.size() + 37, 3));
    List<String> training = images("autoencoder.jsonl");
    assertThat(images("held-out.jsonl")).hasSize(3).doesNotContainAnyElementsOf(training);
    assertThat(training)
        .hasSize(TRAINED_EMOJI.size() + 37)
        .containsAll(images("transformer.jsonl").stream().distinct().toList());
  }

  @Test
  void duplicateImage_isNotHeldOut() {
    addTrainedEmoji();
    add("10000", 7, List.of());
    assets.put("assets/10000.webp", assets.getOrDefault("assets/1f34e.webp", new byte[0]));
    assertThat(prepare().heldOutImages()).isZero();
    assertThat(images("autoencoder.jsonl")).doesNotContain("images/10000.webp");
  }

  @Test
  void peopleSymbolsFlagsClocks_areExcluded() {
    addTrainedEmoji();
    add("1f466", 1, List.of());
    add("2665", 8, List.of());
    add("1f1e6", 9, List.of());
    add("1f550", 5, List.of());
    assertThat(prepare().autoencoderImages()).isEqualTo(TRAINED_EMOJI.size());
  }

  @Test
  void whiteBackground_repeatsAsOftenAsAllOthers() {
    addTrainedEmoji();
    prepare();
    Map<Boolean, Integer> repeats =
        Dataset.read(folder.resolve("transformer.jsonl")).samples().stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.background() == TrainingSample.WHITE,
                    Collectors.summingInt(TrainingSample::repeats)));
    assertThat(repeats.get(true)).isEqualTo(repeats.get(false)).isEqualTo(9 * TRAINED_EMOJI.size());
  }

  @Test
  void caption_belongsToOneEmoji() {
    addTrainedEmoji();
    prepare();
    Map<String, String> owners = new HashMap<>();
    for (TrainingSample row : Dataset.read(folder.resolve("transformer.jsonl")).samples()) {
      for (ScoredCaption caption : row.captions()) {
        assertThat(owners.merge(caption.text(), row.image(), (a, b) -> a.equals(b) ? a : "two"))
            .as(caption.text())
            .isNotEqualTo("two");
      }
    }
  }

  /** Tags that two emoji share, or fewer than three tags, are ambiguous. */
  @Test
  void uniqueTags_becomeCaption() {
    addTrainedEmoji();
    Emoji first = TRAINED_EMOJI.get(0);
    names.stream()
        .filter(name -> first.code().toUpperCase(Locale.ROOT).equals(name.get("hexcode")))
        .forEach(name -> name.put("tags", List.of("A", "b", "c", "d", "e", "f")));
    prepare();
    assertThat(Dataset.read(folder.resolve("transformer.jsonl")).samples())
        .flatExtracting(TrainingSample::captions)
        .filteredOn(caption -> caption.source().equals("emojibase-tags"))
        .containsExactly(new ScoredCaption("a, b, c, d, e", 0.18, "emojibase-tags"));
  }

  @Test
  void evalPrompts_referToExistingImages() throws Exception {
    addTrainedEmoji();
    prepare();
    List<String> lines = Files.readAllLines(folder.resolve("unseen-wordings.jsonl"));
    assertThat(lines).hasSizeGreaterThan(5 * TRAINED_EMOJI.size());
    for (String line : lines) {
      Map<String, Object> row = Json.readObject(line.getBytes(StandardCharsets.UTF_8));
      assertThat(folder.resolve((String) row.get("image"))).isRegularFile();
      assertThat(row.get("kind")).isIn("wording", "name");
    }
    assertThat(folder.resolve("LICENSES.txt")).content().contains("MIT", "the licence");
  }

  @Test
  void emojiWithoutImage_isReported() {
    addTrainedEmoji();
    assets.remove("assets/1f34e.webp");
    assertThatThrownBy(this::prepare)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("1f34e")
        .hasMessageContaining("a red apple");
  }

  private EmojiPreparation.Summary prepare() {
    Map<String, byte[]> texts =
        Map.of(
            "en/data.json",
            Json.write(names),
            "LICENSE",
            "the licence".getBytes(StandardCharsets.UTF_8));
    return EmojiPreparation.prepare(texts, assets, folder);
  }

  private void addTrainedEmoji() {
    TRAINED_EMOJI.forEach(emoji -> add(emoji.code(), 3, List.of("animal", "face", "nature")));
  }

  private void add(String code, int group, List<String> tags) {
    Map<String, Object> name = new LinkedHashMap<>();
    name.put("label", "label of " + code);
    name.put("hexcode", code.toUpperCase(Locale.ROOT));
    name.put("group", group);
    name.put("tags", tags);
    name.put("version", 1);
    names.add(name);
    assets.put("assets/" + code + ".webp", code.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> images(String list) {
    return Dataset.read(folder.resolve(list)).samples().stream()
        .map(TrainingSample::image)
        .toList();
  }
}
