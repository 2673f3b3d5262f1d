package dev.sanaq.checkpoint.write;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes the files of a byte-pair tokenizer like Gemma's: spaces become U+2581, characters outside
 * the vocabulary fall back to UTF-8 bytes, and {@code <bos>} comes first.
 */
public final class GemmaTokenizerFiles {
  /** Replaces a space. */
  public static final String SPACE = "\u2581";

  private static final List<String> SPECIAL_TOKENS = List.of("<pad>", "<eos>", "<bos>", "<unk>");
  private static final int BOS = SPECIAL_TOKENS.indexOf("<bos>");

  private final List<String> vocabulary;
  private final List<List<String>> merges;

  /**
   * @param vocabulary by id: {@link #reservedTokens()} first, then characters and merged tokens
   * @param merges pairs of tokens, in order of priority
   */
  public GemmaTokenizerFiles(List<String> vocabulary, List<List<String>> merges) {
    this.vocabulary = List.copyOf(vocabulary);
    this.merges = List.copyOf(merges);
  }

  /** The first ids: the special tokens, then the 256 bytes. */
  public static List<String> reservedTokens() {
    List<String> tokens = new ArrayList<>(SPECIAL_TOKENS);
    for (int b = 0; b < 256; b++) {
      tokens.add("<0x" + HexFormat.of().withUpperCase().toHexDigits((byte) b) + ">");
    }
    return tokens;
  }

  /** The size of the vocabulary. */
  public int size() {
    return vocabulary.size();
  }

  /**
   * Writes {@code tokenizer.json}, {@code tokenizer_config.json} and {@code
   * special_tokens_map.json}, for transformers' {@code GemmaTokenizerFast}.
   *
   * @param folder must exist
   */
  public void write(Path folder) throws IOException {
    writeJson(folder.resolve("tokenizer.json"), tokenizerJson());
    writeJson(folder.resolve("tokenizer_config.json"), config());
    writeJson(folder.resolve("special_tokens_map.json"), specialTokens());
  }

  private static void writeJson(Path file, ObjectNode json) throws IOException {
    AtomicFile.write(file, json.toPrettyString() + "\n");
  }

  private ObjectNode tokenizerJson() {
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

  private static ObjectNode config() {
    ObjectNode json = specialTokens();
    json.put("add_bos_token", true).put("add_eos_token", false);
    json.put("clean_up_tokenization_spaces", false).put("padding_side", "left");
    return json.put("tokenizer_class", "GemmaTokenizerFast");
  }

  private static ObjectNode specialTokens() {
    ObjectNode json = JsonFile.MAPPER.createObjectNode();
    SPECIAL_TOKENS.forEach(token -> json.put(token.replaceAll("[<>]", "") + "_token", token));
    return json;
  }

  private static void addedTokens(ArrayNode tokens) {
    for (int id = 0; id < SPECIAL_TOKENS.size(); id++) {
      ObjectNode token = tokens.addObject().put("id", id).put("content", SPECIAL_TOKENS.get(id));
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

  private void model(ObjectNode json) {
    json.put("type", "BPE").putNull("dropout").put("unk_token", "<unk>");
    json.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    json.put("fuse_unk", true).put("byte_fallback", true).put("ignore_merges", false);
    ObjectNode ids = json.putObject("vocab");
    for (int id = 0; id < vocabulary.size(); id++) {
      ids.put(vocabulary.get(id), id);
    }
    ArrayNode pairs = json.putArray("merges");
    merges.forEach(pair -> pairs.addArray().add(pair.get(0)).add(pair.get(1)));
  }
}
