package dev.sanaq.train.emoji;

import dev.sanaq.train.data.ScoredCaption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Captions of an emoji. The scores take the place of CLIP scores, but are not measured: they set
 * how often each template is sampled.
 */
final class CaptionTemplates {
  private static final double TAGS_SCORE = 0.18;
  private static final String SOURCE = "wordings";
  private static final String TAG_SOURCE = "emojibase-tags";

  /** A sentence with a name with its article (%a), without it (%n), or a background (%b). */
  private record Template(String text, double score) {}

  private static final List<Template> ANY_BACKGROUND =
      List.of(
          new Template("%a %b", 0.31),
          new Template("%n %b", 0.29),
          new Template("a 3d icon of %a %b", 0.29),
          new Template("a picture of %a %b", 0.28),
          new Template("an image of %a %b", 0.26));

  /** A caption without a background is used on white only. */
  private static final List<Template> WHITE_BACKGROUND =
      List.of(
          new Template("%a", 0.31),
          new Template("%n", 0.29),
          new Template("a picture of %a", 0.28),
          new Template("a photo of %a", 0.27),
          new Template("a 3d icon of %a", 0.28),
          new Template("an emoji of %a", 0.26),
          new Template("%n emoji", 0.27));

  /** Templates for other names, which are sampled less often. */
  private static final List<Template> ALIAS_ANY_BACKGROUND =
      List.of(new Template("%a %b", 0.28), new Template("a picture of %a %b", 0.25));

  private static final List<Template> ALIAS_WHITE_BACKGROUND =
      List.of(new Template("%a", 0.28), new Template("a 3d icon of %a", 0.25));

  /** Not in the training data. */
  private static final List<String> HELD_OUT_TEMPLATES =
      List.of(
          "draw %a",
          "an illustration of %a",
          "show me %a on a white background",
          "a rendering of %a",
          "i would like to see %a");

  private static final List<String> HELD_OUT_NAME_TEMPLATES =
      List.of("%a", "%a on a white background");

  private CaptionTemplates() {}

  /** The distinct captions of an emoji on a background. */
  static List<ScoredCaption> captions(Emoji emoji, NamedColor background) {
    Map<String, ScoredCaption> captions = new LinkedHashMap<>();
    add(captions, emoji.name(), ANY_BACKGROUND, background);
    emoji.aliases().forEach(alias -> add(captions, alias, ALIAS_ANY_BACKGROUND, background));
    if (background == NamedColor.WHITE) {
      add(captions, emoji.name(), WHITE_BACKGROUND, background);
      emoji.aliases().forEach(alias -> add(captions, alias, ALIAS_WHITE_BACKGROUND, background));
    }
    return new ArrayList<>(captions.values());
  }

  /** Tags as a caption, with the lowest score. */
  static ScoredCaption tagCaption(String tags) {
    return new ScoredCaption(tags, TAGS_SCORE, TAG_SOURCE);
  }

  /** Unseen sentences with names from the training data. */
  static List<String> heldOutWordings(Emoji emoji) {
    return HELD_OUT_TEMPLATES.stream()
        .map(text -> fillTemplate(text, emoji.name(), NamedColor.WHITE))
        .toList();
  }

  /** Sentences from the training data with unseen names. */
  static List<String> heldOutNames(Emoji emoji) {
    return emoji.heldOut().stream()
        .flatMap(
            name ->
                HELD_OUT_NAME_TEMPLATES.stream()
                    .map(text -> fillTemplate(text, name, NamedColor.WHITE)))
        .toList();
  }

  private static void add(
      Map<String, ScoredCaption> captions,
      String name,
      List<Template> templates,
      NamedColor color) {
    for (Template template : templates) {
      String text = fillTemplate(template.text(), name, color);
      captions.putIfAbsent(text, new ScoredCaption(text, template.score(), SOURCE));
    }
  }

  private static String fillTemplate(String template, String name, NamedColor background) {
    return template
        .replace("%a", name)
        .replace("%n", Emoji.withoutArticle(name))
        .replace("%b", background.phrase());
  }
}
