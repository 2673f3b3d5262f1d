package dev.sanaq.train.emoji;

import java.util.Locale;

/** Background colours that captions name. */
enum NamedColor {
  WHITE(0xffffff),
  RED(0xe04646),
  ORANGE(0xf59a3c),
  YELLOW(0xf7d94c),
  GREEN(0x58b368),
  BLUE(0x4a86e8),
  PURPLE(0x8e5cc9),
  PINK(0xf5a3c7),
  GREY(0x9a9a9a),
  BLACK(0x1a1a1a);

  private final int rgb;

  NamedColor(int rgb) {
    this.rgb = rgb;
  }

  /** 0xRRGGBB. */
  int rgb() {
    return rgb;
  }

  /** {@code on an orange background}. */
  String phrase() {
    String name = name().toLowerCase(Locale.ROOT);
    return "on %s %s background".formatted(this == ORANGE ? "an" : "a", name);
  }
}
