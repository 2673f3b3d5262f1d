package dev.sanaq.sana.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A tokenizer of Gemma's kind for checkpoints of random weights: spaces become U+2581, pairs merge,
 * a character outside the vocabulary falls into its UTF-8 bytes, {@code <bos>} comes first.
 */
final class RandomTokenizer {
  private static final String SPACE = "\u2581";
  private static final List<String> SPECIAL = List.of("<pad>", "<eos>", "<bos>", "<unk>");
  private static final int BOS = SPECIAL.indexOf("<bos>");

  /** Frequent pairs of English, each side a character or an earlier pair. */
  private static final String[] MERGES = {
    "t h", "th e", "_ the", "i n", "in g", "e r", "a n", "an d", "_ and", "_ a", "o n", "r e",
    "e n", "o f", "_ of", "a t", "s t", "o r", "a r", "i t", "e s", "a l", "l e", "o u", "i s",
    "e d", "c h", "_ w", "_ s", "_ c", "_ b", "_ p", "_ in", "c o", "d e", "_ de", "o w", "l i",
    "r o", "p h", "o t", "g h", "e e", "l l", "o o", "u r", "v e", "i c", "t e"
  };

  private static final List<List<String>> PAIRS = pairs();
  private static final List<String> VOCABULARY = vocabulary();

  /** How many ids it has. */
  static final int SIZE = VOCABULARY.size();

  private RandomTokenizer() {}

  /** {@code tokenizer.json}. */
  static ObjectNode json() {
    ObjectNode json = JsonFile.MAPPER.createObjectNode();
    json.put("version", "1.0").putNull("truncation").putNull("padding");
    addedTokens(json.putArray("added_tokens"));
    replace(json.putObject("normalizer"), " ", SPACE);
    json.putNull("pre_tokenizer");
    postProcessor(json.putObject("post_processor"));
    ObjectNode decoder = json.putObject("decoder").put("type", "Sequence");
    ArrayNode decoders = decoder.putArray("decoders");
    replace(decoders.addObject(), SPACE, " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    model(json.putObject("model"));
    return json;
  }

  /** {@code tokenizer_config.json}. */
  static ObjectNode config() {
    ObjectNode json = specialTokens();
    json.put("add_bos_token", true).put("add_eos_token", false);
    json.put("clean_up_tokenization_spaces", false).put("padding_side", "left");
    return json.put("tokenizer_class", "GemmaTokenizerFast");
  }

  /** {@code special_tokens_map.json}. */
  static ObjectNode specialTokens() {
    ObjectNode json = JsonFile.MAPPER.createObjectNode();
    SPECIAL.forEach(token -> json.put(token.replaceAll("[<>]", "") + "_token", token));
    return json;
  }

  private static void addedTokens(ArrayNode tokens) {
    for (int id = 0; id < SPECIAL.size(); id++) {
      ObjectNode token = tokens.addObject().put("id", id).put("content", SPECIAL.get(id));
      token.put("single_word", false).put("lstrip", false).put("rstrip", false);
      token.put("normalized", false).put("special", true);
    }
  }

  private static void replace(ObjectNode json, String from, String to) {
    json.put("type", "Replace").putObject("pattern").put("String", from);
    json.put("content", to);
  }

  private static void postProcessor(ObjectNode json) {
    json.put("type", "TemplateProcessing");
    ArrayNode single = json.putArray("single");
    template(single, "SpecialToken", "<bos>", 0);
    template(single, "Sequence", "A", 0);
    ArrayNode pair = json.putArray("pair");
    template(pair, "SpecialToken", "<bos>", 0);
    template(pair, "Sequence", "A", 0);
    template(pair, "SpecialToken", "<bos>", 1);
    template(pair, "Sequence", "B", 1);
    ObjectNode bos = json.putObject("special_tokens").putObject("<bos>").put("id", "<bos>");
    bos.putArray("ids").add(BOS);
    bos.putArray("tokens").add("<bos>");
  }

  private static void template(ArrayNode pieces, String kind, String id, int type) {
    pieces.addObject().putObject(kind).put("id", id).put("type_id", type);
  }

  private static void model(ObjectNode json) {
    json.put("type", "BPE").putNull("dropout").put("unk_token", "<unk>");
    json.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    json.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
    ObjectNode vocabulary = json.putObject("vocab");
    for (int id = 0; id < VOCABULARY.size(); id++) {
      vocabulary.put(VOCABULARY.get(id), id);
    }
    ArrayNode merges = json.putArray("merges");
    PAIRS.forEach(pair -> merges.addArray().add(pair.get(0)).add(pair.get(1)));
  }

  private static List<List<String>> pairs() {
    List<List<String>> pairs = new ArrayList<>();
    for (String merge : MERGES) {
      pairs.add(List.of(merge.replace("_", SPACE).split(" ", 2)));
    }
    return pairs;
  }

  private static List<String> vocabulary() {
    List<String> tokens = new ArrayList<>(SPECIAL);
    for (int b = 0; b < 256; b++) {
      tokens.add("<0x%02X>".formatted(b));
    }
    tokens.add(SPACE);
    tokens.add("\n");
    for (char c = '!'; c <= '~'; c++) {
      tokens.add(String.valueOf(c));
    }
    PAIRS.forEach(pair -> tokens.add(pair.get(0) + pair.get(1)));
    return List.copyOf(tokens);
  }
}
