package dev.sanaq.torch.script;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive for {@code torch.jit.load}: an uncompressed zip of sources and one
 * pickled module.
 */
public final class TorchScriptArchive {
  private static final String ROOT = "sanaq/";

  /** With a lower version the loader applies older operator semantics. */
  private static final String VERSION = "10";

  /** The first that a zip file can name: equal programs are equal archives. */
  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

  private TorchScriptArchive() {}

  /**
   * Builds the archive in memory.
   *
   * @param texts sources by name; functions are called {@code __torch__.NAME.f}
   * @param module the module, whose class one of the sources defines
   */
  public static byte[] write(Map<String, String> texts, PickleWriter.PickledObject module) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      addEntry(zip, "data.pkl", PickleWriter.writeObject(module));
      addEntry(zip, "constants.pkl", PickleWriter.emptyTuple());
      addEntry(zip, "byteorder", utf8("little"));
      addEntry(zip, "version", utf8(VERSION + "\n"));
      for (Map.Entry<String, String> text : texts.entrySet()) {
        addEntry(zip, "code/__torch__/" + text.getKey() + ".py", utf8(text.getValue()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void addEntry(ZipOutputStream zip, String name, byte[] content)
      throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(ROOT + name);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTimeLocal(EPOCH);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
