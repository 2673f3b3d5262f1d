package dev.sanaq.sana.control;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.checkpoint.config.TransformerConfigReader;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.checkpoint.read.ComponentFolder;
import dev.sanaq.sana.conditioning.UnsupportedConditioningException;
import dev.sanaq.sana.transformer.SanaControlNet;
import dev.sanaq.torch.DevicePlacement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The ControlNets of a model: the folder {@code controlnet} of its checkpoint, by that name, and
 * the folders {@code controlnets/NAME}. Each is read and loaded when the first image asks for it,
 * so that one that cannot be used fails those images and no others, and stays loaded. One caller at
 * a time, except for {@link #layers} and {@link #loadedBytes}.
 */
public final class ControlNetRegistry implements AutoCloseable {
  private static final String OWN = "controlnet";
  private static final String FOLDER = "controlnets";
  private static final String CONFIG = "config.json";

  private final TransformerConfig transformer;
  private final DevicePlacement placement;
  private final SortedMap<String, Path> folders;
  private final Map<String, SanaControlNet> loaded = new HashMap<>();
  private final Map<String, Integer> layers = new ConcurrentHashMap<>();
  private final AtomicLong loadedBytes = new AtomicLong();

  private ControlNetRegistry(
      TransformerConfig transformer, DevicePlacement placement, SortedMap<String, Path> folders) {
    this.transformer = transformer;
    this.placement = placement;
    this.folders = folders;
  }

  /** Lists the ControlNets of a checkpoint. */
  public static ControlNetRegistry list(Checkpoint checkpoint, DevicePlacement placement) {
    SortedMap<String, Path> folders = new TreeMap<>();
    Path own = checkpoint.folder().resolve(OWN);
    if (Files.isDirectory(own)) {
      folders.put(OWN, own);
    }
    Path others = checkpoint.folder().resolve(FOLDER);
    if (Files.isDirectory(others)) {
      try (Stream<Path> entries = Files.list(others)) {
        entries
            .filter(Files::isDirectory)
            .forEach(folder -> folders.put(folder.getFileName().toString(), folder));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot list " + others, e);
      }
    }
    return new ControlNetRegistry(checkpoint.transformer(), placement, folders);
  }

  /** Their names. */
  public Set<String> names() {
    return folders.keySet();
  }

  /**
   * A ControlNet, loaded.
   *
   * @param name empty for the only one
   * @throws UnsupportedConditioningException if the model has none of that name, or several and no
   *     name is given
   * @throws CheckpointException if it cannot be used
   */
  public SanaControlNet get(String name) {
    String key = resolve(name);
    SanaControlNet present = loaded.get(key);
    if (present != null) {
      return present;
    }
    Path path = folders.get(key);
    if (path == null) {
      throw new UnsupportedConditioningException(
          "unknown ControlNet %s; this model has %s".formatted(key, names()));
    }
    ComponentFolder<TransformerConfig> folder = ComponentFolder.openControlNet(path);
    checkFits(path, folder.config());
    SanaControlNet network = SanaControlNet.load(folder, placement);
    loaded.put(key, network);
    loadedBytes.addAndGet(folder.tensors().elements() * placement.precision().bytes());
    return network;
  }

  /**
   * The number of a ControlNet's blocks, without loading it; for any thread.
   *
   * @param name empty for the only one
   * @return 0 if it cannot be used, for which {@link #get} has the reason
   */
  public int layers(String name) {
    return layers.computeIfAbsent(name, this::readLayers);
  }

  private int readLayers(String name) {
    try {
      Path path = folders.get(resolve(name));
      if (path == null) {
        return 0;
      }
      Path config = path.resolve(CONFIG);
      return TransformerConfigReader.ofControlNet(config.toString(), JsonFile.read(config))
          .numLayers();
    } catch (UnsupportedConditioningException | CheckpointException e) {
      return 0;
    }
  }

  /** The memory of the weights that were loaded; for any thread. */
  public long loadedBytes() {
    return loadedBytes.get();
  }

  private String resolve(String name) {
    if (!name.isEmpty()) {
      return name;
    }
    if (folders.isEmpty()) {
      throw new UnsupportedConditioningException(
          "this model has no ControlNet: put one into the folder %s or %s/NAME of the model"
              .formatted(OWN, FOLDER));
    }
    if (folders.size() > 1) {
      throw new UnsupportedConditioningException(
          "this model has several ControlNets, so name one of %s".formatted(names()));
    }
    return folders.firstKey();
  }

  /** The outputs of its blocks are added to those of the transformer, from the second on. */
  private void checkFits(Path path, TransformerConfig config) {
    require(path, "in_channels", config.inChannels(), transformer.inChannels());
    require(path, "patch_size", config.patchSize(), transformer.patchSize());
    require(path, "caption_channels", config.captionChannels(), transformer.captionChannels());
    require(path, "cross_attention_dim", config.width(), transformer.width());
    if (config.numLayers() >= transformer.numLayers()) {
      throw new CheckpointException(
          path.resolve(CONFIG).toString(),
          "num_layers",
          "fewer than the transformer's " + transformer.numLayers(),
          config.numLayers() + "");
    }
  }

  private static void require(Path path, String key, int found, int expected) {
    if (found != expected) {
      throw new CheckpointException(
          path.resolve(CONFIG).toString(), key, "the transformer's " + expected, found + "");
    }
  }

  @Override
  public void close() {
    loaded.values().forEach(SanaControlNet::close);
  }
}
