package dev.sanaq.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of this process below the folder for temporary files. A file in it is locked while the
 * process lives; the operating system releases the lock when the process ends, however it ends. So
 * {@link #deleteAbandoned} finds the folders of processes that were killed. Any number of threads
 * and processes.
 */
public final class TemporaryFolder implements AutoCloseable {
  /** What a folder is for; its name says so. */
  public enum Purpose {
    /** The data of Kafka and S3 for development. */
    LOCAL,
    /** Native libraries that are unpacked before they are loaded. */
    LIBRARIES,
    /** Features of images of an evaluation. */
    EVALUATE,
    /** Downloaded packages. */
    EMOJI,
    /** Copies of adapters on the storage. */
    ADAPTER;

    private String prefix() {
      return "sanaq-%s-".formatted(lowerCase());
    }

    private String lowerCase() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  // A random number follows the purpose: no folder that a user names looks like that.
  private static final Pattern NAME =
      Pattern.compile(
          Stream.of(Purpose.values())
              .map(Purpose::lowerCase)
              .collect(Collectors.joining("|", "sanaq-(", ")-\\d{10,20}")));

  private static final String LOCK_FILE = ".lock";

  // A folder gets its lock right after it is created, and may lose it at the end of the JVM.
  private static final Duration MAX_TIME_WITHOUT_LOCK = Duration.ofDays(1);

  // Closing any channel of a file releases all locks that the process has on it.
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  // A channel that nothing refers to is closed by the garbage collector, and its lock is released.
  private static final Set<FileChannel> HELD = ConcurrentHashMap.newKeySet();

  private final Path parent;
  private final Path path;
  private final FileChannel lock;

  private TemporaryFolder(Path parent, Path path, FileChannel lock) {
    this.parent = parent;
    this.path = path;
    this.lock = lock;
  }

  /** Creates a folder that only this user can read. */
  public static TemporaryFolder create(Purpose purpose) throws IOException {
    return create(Path.of(System.getProperty("java.io.tmpdir", "")), purpose);
  }

  static TemporaryFolder create(Path parent, Purpose purpose) throws IOException {
    while (true) {
      Path path = Files.createTempDirectory(parent, purpose.prefix());
      OWN.add(path);
      FileChannel lock = lock(path);
      if (lock != null) {
        HELD.add(lock);
        return new TemporaryFolder(parent, path, lock);
      }
      // Another process took it for abandoned before it was locked, and deletes it.
      OWN.remove(path);
    }
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** Lets the JVM delete the folder at its end, with the files that are to be deleted then, too. */
  public void deleteOnExit() {
    path.toFile().deleteOnExit();
    path.resolve(LOCK_FILE).toFile().deleteOnExit();
  }

  /**
   * Deletes the folders beside this one that processes of the same user left when they were killed.
   * What cannot be deleted stays.
   */
  public void deleteAbandoned() throws IOException {
    deleteAbandoned(parent, Files.getOwner(path));
  }

  static void deleteAbandoned(Path parent, UserPrincipal owner) throws IOException {
    List<Path> folders;
    try (Stream<Path> paths = Files.list(parent)) {
      folders = paths.filter(path -> NAME.matcher(fileName(path)).matches()).toList();
    }
    for (Path folder : folders) {
      try {
        if (!OWN.contains(folder)
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
          deleteIfAbandoned(folder);
        }
      } catch (IOException | UncheckedIOException e) {
        continue; // gone meanwhile, or not to be deleted by this process
      }
    }
  }

  @Override
  public void close() throws IOException {
    // The lock is released last: until then no other process deletes the folder as well.
    try (FileChannel closed = lock) {
      Folders.delete(path);
    } finally {
      HELD.remove(lock);
      OWN.remove(path);
    }
  }

  private static String fileName(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static void deleteIfAbandoned(Path folder) throws IOException {
    List<FileChannel> locks = new ArrayList<>();
    try {
      if (lockAll(folder, locks) && (!locks.isEmpty() || isOld(folder))) {
        Folders.delete(folder);
      }
    } finally {
      for (FileChannel lock : locks) {
        lock.close();
      }
    }
  }

  private static boolean isOld(Path folder) throws IOException {
    Instant changed = Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS).toInstant();
    return changed.plus(MAX_TIME_WITHOUT_LOCK).isBefore(Instant.now());
  }

  // The services in a folder have locks of their own.
  private static boolean lockAll(Path folder, List<FileChannel> locks) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".*lock")) {
      for (Path file : files) {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        locks.add(channel);
        if (!isFree(channel)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // this process has it, by this class in another class loader
    }
  }

  private static @Nullable FileChannel lock(Path folder) throws IOException {
    Path file = folder.resolve(LOCK_FILE);
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      return null;
    }
    FileLock lock = channel.tryLock();
    if (lock != null && Files.exists(file)) {
      return channel;
    }
    channel.close();
    return null;
  }
}
