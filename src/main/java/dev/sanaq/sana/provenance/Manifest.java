package dev.sanaq.sana.provenance;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A C2PA manifest store of one manifest (C2PA specification 2.2): a claim ({@code c2pa.claim.v2})
 * with the actions and the hash of the file, and its signature.
 */
final class Manifest {
  static final int HASH_BYTES = 32;

  private static final String ALGORITHM = "sha256";
  private static final String ACTIONS = "c2pa.actions.v2";
  private static final String DATA_HASH = "c2pa.hash.data";

  private final String label;
  private final String instanceId;
  private final byte[] actions;

  /**
   * @param sourceType URI of IPTC's digital source type
   * @param model the model's name
   */
  Manifest(String sourceType, String model) {
    this.label = "urn:c2pa:" + UUID.randomUUID();
    this.instanceId = "xmp:iid:" + UUID.randomUUID();
    this.actions = assertion(ACTIONS, actions(sourceType, model));
  }

  /**
   * What binds the manifest to its file.
   *
   * @param start of the bytes that the hash leaves out
   * @param length of them
   * @param hash SHA-256 of all others
   * @param padBytes zeros that make the manifest longer
   */
  @SuppressWarnings("ArrayRecordComponent") // compared nowhere
  record DataHash(int start, int length, byte[] hash, int padBytes) {}

  /**
   * The bytes of the manifest store.
   *
   * @param signature of the claim, in COSE
   */
  byte[] encode(DataHash binding, UnaryOperator<byte[]> signature) {
    byte[] dataHash = assertion(DATA_HASH, dataHash(binding));
    byte[] claim =
        Cbor.encode(
            Map.of(
                "instanceID",
                instanceId,
                "claim_generator_info",
                Map.of("name", Provenance.SOFTWARE),
                "signature",
                "self#jumbf=/c2pa/%s/c2pa.signature".formatted(label),
                "created_assertions",
                List.of(reference(ACTIONS, actions), reference(DATA_HASH, dataHash)),
                "alg",
                ALGORITHM));
    return Jumbf.superbox(
        "c2pa",
        "c2pa",
        Jumbf.superbox(
            "c2ma",
            label,
            Jumbf.superbox("c2as", "c2pa.assertions", actions, dataHash),
            Jumbf.superbox("c2cl", "c2pa.claim.v2", Jumbf.box("cbor", claim)),
            Jumbf.superbox("c2cs", "c2pa.signature", Jumbf.box("cbor", signature.apply(claim)))));
  }

  /** A new SHA-256. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Readers show the software agent as the AI tool, so it is the model. */
  private static Map<String, Object> actions(String sourceType, String model) {
    return Map.of(
        "actions",
        List.of(
            Map.of(
                "action",
                "c2pa.created",
                "digitalSourceType",
                sourceType,
                "softwareAgent",
                Map.of("name", model))));
  }

  private static Map<String, Object> dataHash(DataHash binding) {
    return Map.of(
        "exclusions",
        List.of(Map.of("start", binding.start(), "length", binding.length())),
        "name",
        "jumbf manifest",
        "alg",
        ALGORITHM,
        "hash",
        binding.hash(),
        "pad",
        new byte[binding.padBytes()]);
  }

  private static byte[] assertion(String label, Map<String, Object> content) {
    return Jumbf.superbox("cbor", label, Jumbf.box("cbor", Cbor.encode(content)));
  }

  private static Map<String, Object> reference(String label, byte[] assertion) {
    MessageDigest digest = sha256();
    digest.update(Jumbf.content(assertion));
    return Map.of("url", "self#jumbf=c2pa.assertions/" + label, "hash", digest.digest());
  }
}
