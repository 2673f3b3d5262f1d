package dev.sanaq.checkpoint.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an adapter file's tensor: the layer that it belongs to, and which of the layer's
 * parts it is.
 *
 * @param layer as the file writes it, with prefixes
 * @param part of the layer
 * @param naming the convention that the name follows
 */
record LoraTensorName(String layer, Part part, Naming naming) {

  /** The tensors that a layer may have. */
  enum Part {
    /** The first matrix, (rank, in). */
    A("lora_A"),
    /** The second matrix, (out, rank). */
    B("lora_B"),
    /** The bias of the second matrix. */
    BIAS("lora_B.bias"),
    /** One number. */
    ALPHA("alpha"),
    /** DoRA's length of each row of the weight. */
    MAGNITUDE("magnitude");

    private final String label;

    Part(String label) {
      this.label = label;
    }

    @Override
    public String toString() {
      return label;
    }
  }

  /** Who writes such names. */
  enum Naming {
    PEFT("PEFT (lora_A, lora_B)"),
    DIFFUSERS("diffusers before PEFT (lora.down, lora.up)"),
    KOHYA("kohya (lora_down, lora_up)");

    private final String label;

    Naming(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  private record Suffix(Pattern pattern, Part part, Naming naming) {}

  /** The optional group is the adapter's name, which PEFT writes into unfinished state dicts. */
  private static final List<Suffix> SUFFIXES =
      List.of(
          suffix("\\.lora_A(?:\\.[^.]+)?\\.weight", Part.A, Naming.PEFT),
          suffix("\\.lora_B(?:\\.[^.]+)?\\.weight", Part.B, Naming.PEFT),
          suffix("\\.lora_B(?:\\.[^.]+)?\\.bias", Part.BIAS, Naming.PEFT),
          suffix("\\.lora_magnitude_vector(?:\\.[^.]+){0,2}", Part.MAGNITUDE, Naming.PEFT),
          suffix("\\.lora_down\\.weight", Part.A, Naming.KOHYA),
          suffix("\\.lora_up\\.weight", Part.B, Naming.KOHYA),
          suffix("\\.lora_up\\.bias", Part.BIAS, Naming.KOHYA),
          suffix("\\.dora_scale", Part.MAGNITUDE, Naming.KOHYA),
          suffix("\\.alpha", Part.ALPHA, Naming.KOHYA),
          suffix(
              "(?:\\.lora|_lora|\\.lora_linear_layer)\\.down\\.weight", Part.A, Naming.DIFFUSERS),
          suffix("(?:\\.lora|_lora|\\.lora_linear_layer)\\.up\\.weight", Part.B, Naming.DIFFUSERS));

  /** Kinds of adapters that are not LoRA, by what their tensors' names contain. */
  private static final Map<String, Pattern> OTHER_KINDS = new LinkedHashMap<>();

  static {
    otherKind("LoKr", "\\.lokr_");
    otherKind("LoHa", "\\.hada_");
    otherKind("OFT or BOFT", "\\.b?oft_");
    otherKind("IA3", "\\.ia3_|\\.on_input$");
    otherKind("VeRA", "vera_lambda");
    otherKind("LoRA in Tucker form (CP decomposition)", "\\.lora_mid\\.");
    otherKind("LoRA of an embedding", "\\.lora_embedding_");
    otherKind("GLoRA", "\\.[ab][12]\\.weight$");
    otherKind(
        "text embeddings (textual inversion)",
        "^bundle_emb\\.|^emb_params$|^clip_[lg]$|^string_to_param");
    otherKind("differences of whole weights", "\\.diff(?:_b)?$|\\.w_norm$|\\.b_norm$");
    otherKind("an adapter of a text encoder", "^text_encoder|^lora_te|^base_model\\.model\\.text_");
  }

  private static Suffix suffix(String regex, Part part, Naming naming) {
    return new Suffix(Pattern.compile("(.+?)" + regex), part, naming);
  }

  private static void otherKind(String kind, String regex) {
    OTHER_KINDS.put(kind, Pattern.compile(regex));
  }

  /** The parsed name; empty if it follows no convention. */
  static Optional<LoraTensorName> parse(String name) {
    for (Suffix suffix : SUFFIXES) {
      Matcher matcher = suffix.pattern.matcher(name);
      if (matcher.matches()) {
        return Optional.of(new LoraTensorName(matcher.group(1), suffix.part, suffix.naming));
      }
    }
    return Optional.empty();
  }

  /** The kind of adapter, if it is one that is known but not supported. */
  static Optional<String> otherKind(String name) {
    return OTHER_KINDS.entrySet().stream()
        .filter(kind -> kind.getValue().matcher(name).find())
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
