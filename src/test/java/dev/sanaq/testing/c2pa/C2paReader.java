package dev.sanaq.testing.c2pa;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads and verifies the C2PA manifest of an image file. */
public final class C2paReader {
  private final byte[] file;
  private final ManifestLocation location;
  private final JumbfReader manifest;
  private final JumbfReader assertions;
  private final byte[] claimBytes;
  private final CoseVerifier signature;

  private C2paReader(byte[] file) {
    this.file = file;
    this.location = ManifestLocation.of(file);
    JumbfReader store = JumbfReader.read(location.manifest());
    if (!store.type().equals("c2pa") || !store.label().equals("c2pa")) {
      throw new IllegalArgumentException("no manifest store");
    }
    // The last manifest is the active one.
    List<JumbfReader> manifests = List.copyOf(store.children().values());
    this.manifest = manifests.get(manifests.size() - 1);
    this.assertions = child("c2pa.assertions");
    this.claimBytes = child("c2pa.claim.v2").data();
    this.signature = new CoseVerifier(child("c2pa.signature").data());
  }

  /** Reads a file. */
  public static C2paReader of(byte[] file) {
    return new C2paReader(file);
  }

  /** Where the manifest with its envelope begins. */
  public int start() {
    return location.start();
  }

  /** The manifest store. */
  public byte[] manifest() {
    return location.manifest();
  }

  /** The manifest's label. */
  public String label() {
    return manifest.label();
  }

  /** The claim. */
  public Map<?, ?> claim() {
    return (Map<?, ?>) CborReader.read(claimBytes);
  }

  /** An assertion. */
  public Map<?, ?> assertion(String label) {
    JumbfReader box = assertions.children().get(label);
    if (box == null) {
      throw new IllegalArgumentException("no assertion " + label);
    }
    return (Map<?, ?>) CborReader.read(box.data());
  }

  /** The first action. */
  public Map<?, ?> firstAction() {
    return (Map<?, ?>) list(assertion("c2pa.actions.v2"), "actions").get(0);
  }

  /** COSE's number of the signature's algorithm. */
  public long algorithm() {
    return signature.algorithm();
  }

  /** The signer's certificate and its issuers. */
  public List<X509Certificate> chain() throws GeneralSecurityException {
    return signature.chain();
  }

  /**
   * What is wrong with the file, its manifest or the signature; empty for a valid file.
   *
   * @param root the authority that is trusted
   */
  public List<String> problems(X509Certificate root) throws GeneralSecurityException {
    List<String> problems = new ArrayList<>();
    if (!signature.isValid(claimBytes)) {
      problems.add("signature");
    }
    for (Object item : list(claim(), "created_assertions")) {
      Map<?, ?> reference = (Map<?, ?>) item;
      String url = (String) required(reference, "url");
      String label = url.substring(url.lastIndexOf('/') + 1);
      JumbfReader assertion = assertions.children().get(label);
      if (assertion == null
          || !Arrays.equals(sha256(assertion.hashed()), (byte[]) reference.get("hash"))) {
        problems.add(label);
      }
    }
    if (!Arrays.equals(fileHash(), (byte[]) assertion("c2pa.hash.data").get("hash"))) {
      problems.add("file");
    }
    List<X509Certificate> chain = new ArrayList<>(chain());
    chain.add(root);
    for (int i = 0; i + 1 < chain.size(); i++) {
      chain.get(i).verify(chain.get(i + 1).getPublicKey());
    }
    return problems;
  }

  private static List<?> list(Map<?, ?> map, String key) {
    return (List<?>) required(map, key);
  }

  private static Object required(Map<?, ?> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }

  private byte[] fileHash() throws GeneralSecurityException {
    List<?> exclusions = list(assertion("c2pa.hash.data"), "exclusions");
    Map<?, ?> exclusion = (Map<?, ?>) exclusions.get(0);
    int start = Math.toIntExact((Long) required(exclusion, "start"));
    int end = start + Math.toIntExact((Long) required(exclusion, "length"));
    if (exclusions.size() != 1
        || start != location.start()
        || end != location.start() + location.length()) {
      throw new IllegalArgumentException("the hash leaves out other bytes than the manifest's");
    }
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(file, 0, start);
    digest.update(file, end, file.length - end);
    return digest.digest();
  }

  private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private JumbfReader child(String label) {
    JumbfReader child = manifest.children().get(label);
    if (child == null) {
      throw new IllegalArgumentException("the manifest has no " + label);
    }
    return child;
  }
}
