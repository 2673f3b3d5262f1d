package dev.sanaq.checkpoint.cache;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import dev.sanaq.checkpoint.safetensors.TensorIndex;
import dev.sanaq.files.FileErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Names a network's weights without reading all of them. */
public final class WeightsKey {
  /** Of the beginning and of the middle of each tensor. */
  private static final int SAMPLE_BYTES = 4096;

  private WeightsKey() {}

  /**
   * A hash of the tensors' names, types and shapes, of samples of their bytes, and of the files'
   * sizes and times of modification. Hashing gigabytes would take longer than most of what is worth
   * keeping.
   *
   * @param context whatever else the kept result depends on
   * @return 64 hexadecimal digits
   * @throws CheckpointException if a file cannot be read
   */
  public static String of(TensorIndex tensors, List<String> context) {
    MessageDigest digest = sha256();
    context.forEach(text -> add(digest, text));
    tensors.all().stream().map(StoredTensor::file).distinct().sorted().forEach(f -> add(digest, f));
    for (StoredTensor tensor : tensors.all()) {
      add(digest, tensor.name() + tensor.dtype() + Arrays.toString(tensor.shape()));
      addSample(digest, tensor, 0);
      addSample(digest, tensor, tensor.bytes() / 2);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void addSample(MessageDigest digest, StoredTensor tensor, long offset) {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(SAMPLE_BYTES, tensor.bytes() - offset));
    tensor.read(offset, bytes);
    digest.update(bytes.flip());
  }

  private static void add(MessageDigest digest, Path file) {
    try {
      add(digest, Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis());
    } catch (IOException e) {
      throw new CheckpointException(file.toString(), "", "a readable file", FileErrors.reason(e));
    }
  }

  /** Ended by a zero, so that two texts are not the same as one. */
  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
