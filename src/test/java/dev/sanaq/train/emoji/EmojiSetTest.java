package dev.sanaq.train.emoji;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.train.data.ScoredCaption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EmojiSetTest {
  private static final List<Emoji> ALL = EmojiSet.read();

  @Test
  void emojiSet_hasAtLeast300_noDuplicates() {
    assertThat(ALL).hasSizeGreaterThanOrEqualTo(300);
    assertThat(ALL).extracting(Emoji::code).doesNotHaveDuplicates();
    List<String> names = new ArrayList<>();
    for (Emoji emoji : ALL) {
      names.add(Emoji.withoutArticle(emoji.name()));
      emoji.aliases().forEach(name -> names.add(Emoji.withoutArticle(name)));
      emoji.heldOut().forEach(name -> names.add(Emoji.withoutArticle(name)));
    }
    assertThat(names)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.equals(name.toLowerCase(java.util.Locale.ROOT).strip()));
  }

  @Test
  void articles_matchFollowingWord() {
    for (Emoji emoji : ALL) {
      for (String name : names(emoji)) {
        if (name.matches("an? .*")) {
          boolean vowel = name.matches("an? ([aeio]|umbrella|upside|hourglass).*");
          boolean soundsOtherwise = name.matches("a (one|euro).*");
          assertThat(name.startsWith("an ")).as(name).isEqualTo(vowel && !soundsOtherwise);
        }
      }
    }
  }

  @Test
  void heldOutPrompts_areNotInTraining() {
    Set<String> training = new HashSet<>();
    Set<String> unseen = new HashSet<>();
    for (Emoji emoji : ALL) {
      for (NamedColor color : NamedColor.values()) {
        CaptionTemplates.captions(emoji, color).stream()
            .map(ScoredCaption::text)
            .forEach(training::add);
      }
      unseen.addAll(CaptionTemplates.heldOutWordings(emoji));
      unseen.addAll(CaptionTemplates.heldOutNames(emoji));
    }
    assertThat(unseen).hasSizeGreaterThan(5 * 300).doesNotContainAnyElementsOf(training);
  }

  @Test
  void captions_nameBackground_unlessWhite() {
    Emoji apple =
        ALL.stream().filter(emoji -> emoji.code().equals("1f34e")).findFirst().orElseThrow();
    assertThat(CaptionTemplates.captions(apple, NamedColor.ORANGE))
        .extracting(ScoredCaption::text)
        .contains(
            "a red apple on an orange background", "a picture of an apple on an orange background")
        .allMatch(text -> text.endsWith(" on an orange background"));
    assertThat(CaptionTemplates.captions(apple, NamedColor.WHITE))
        .extracting(ScoredCaption::text)
        .contains("a red apple", "red apple", "an apple", "a red apple on a white background")
        .doesNotHaveDuplicates();
  }

  private static List<String> names(Emoji emoji) {
    List<String> names = new ArrayList<>(emoji.aliases());
    names.add(emoji.name());
    names.addAll(emoji.heldOut());
    return names;
  }
}
