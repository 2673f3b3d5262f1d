package dev.sanaq.storage.model;

import dev.sanaq.files.Folders;
import dev.sanaq.storage.transfer.PartialFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder that a checkpoint is pulled into, and its siblings during a pull. One thread at a
 * time.
 *
 * @param target the complete checkpoint, {@code FOLDER}
 * @param partial the downloads, {@code FOLDER.partial}
 * @param old the replaced checkpoint, {@code FOLDER.old}
 * @param lock serializes processes, {@code FOLDER.lock}
 */
record CheckpointFolder(Path target, Path partial, Path old, Path lock) {
  static CheckpointFolder of(Path folder) {
    Path target = folder.toAbsolutePath().normalize();
    return new CheckpointFolder(
        target, sibling(target, ".partial"), sibling(target, ".old"), sibling(target, ".lock"));
  }

  /** Whether the target holds the checkpoint of a manifest. */
  boolean isUpToDate(byte[] manifestJson, Manifest manifest) throws IOException {
    // The target was created by a rename after verification: its manifest describes its files.
    Path manifestFile = target.resolve(Manifest.FILE_NAME);
    if (!Files.exists(manifestFile)
        || !Arrays.equals(Files.readAllBytes(manifestFile), manifestJson)) {
      return false;
    }
    for (Manifest.Entry file : manifest.files()) {
      Path path = target.resolve(file.path());
      if (!Files.exists(path) || Files.size(path) != file.bytes()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Prepares the partial folder for a download; keeps the partial files of the same checkpoint.
   *
   * @throws ModelTransferException if the target holds other files, or the disk is too small
   */
  void prepare(Manifest manifest) throws IOException {
    rejectForeignFiles();
    Files.createDirectories(partial);
    deleteStaleFiles(manifest);
    checkFreeSpace(manifest);
  }

  /** Replaces the target by the partial folder, in which all files are complete. */
  void publish(byte[] manifestJson) throws IOException {
    Files.write(partial.resolve(Manifest.FILE_NAME), manifestJson);
    Folders.delete(old);
    if (Files.exists(target)) {
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    Folders.delete(old);
  }

  // Only a pulled checkpoint is replaced; other files of the user are never deleted.
  private void rejectForeignFiles() throws IOException {
    if (Files.exists(target) && !Files.exists(target.resolve(Manifest.FILE_NAME))) {
      try (Stream<Path> files = Files.list(target)) {
        if (files.findAny().isPresent()) {
          throw new ModelTransferException(
              "%s holds files that were not pulled; choose another folder, or unset the model source"
                  .formatted(target));
        }
      }
    }
  }

  private void deleteStaleFiles(Manifest manifest) throws IOException {
    List<Path> wanted = new ArrayList<>();
    for (Manifest.Entry file : manifest.files()) {
      PartialFile paths = file.below(partial);
      wanted.addAll(List.of(paths.target(), paths.part(), paths.etag()));
    }
    try (Stream<Path> files = Files.walk(partial)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!wanted.contains(file)) {
          Files.delete(file);
        }
      }
    }
  }

  private void checkFreeSpace(Manifest manifest) throws IOException {
    long present = 0;
    try (Stream<Path> files = Files.walk(partial)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        present += Files.size(file);
      }
    }
    long missing = manifest.totalBytes() - present;
    long free = Files.getFileStore(partial).getUsableSpace();
    if (missing > free) {
      throw new ModelTransferException(
          "%s has %s MB free, the checkpoint needs %s MB more"
              .formatted(partial, free >> 20, missing >> 20));
    }
  }

  private static Path sibling(Path folder, String suffix) {
    return folder.resolveSibling(folder.getFileName() + suffix);
  }
}
