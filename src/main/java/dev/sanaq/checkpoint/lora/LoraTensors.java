package dev.sanaq.checkpoint.lora;

import dev.sanaq.checkpoint.ProblemCollector;
import dev.sanaq.checkpoint.lora.LoraTensorName.Part;
import dev.sanaq.checkpoint.safetensors.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of an adapter file by the transformer's layers.
 *
 * @param naming the convention of the names, for people
 * @param byLayer by the layer's name in the checkpoint
 */
record LoraTensors(String naming, Map<String, Map<Part, StoredTensor>> byLayer) {

  /**
   * Assigns tensors to layers. Adds at most one problem for each of: an unsupported kind of
   * adapter, unknown names, unknown layers; and one for each tensor of another type or given twice.
   *
   * @param shapes of the transformer's weights
   */
  static LoraTensors group(
      Path file,
      Map<String, StoredTensor> tensors,
      Map<String, long[]> shapes,
      ProblemCollector problems) {
    LoraLayerNames layerNames = new LoraLayerNames(shapes);
    List<String> unknownNames = new ArrayList<>();
    List<String> unknownLayers = new ArrayList<>();
    Map<String, Map<Part, StoredTensor>> byLayer = new LinkedHashMap<>();
    String naming = "";
    for (StoredTensor tensor : tensors.values()) {
      LoraTensorName name = LoraTensorName.parse(tensor.name()).orElse(null);
      Optional<String> layer = name == null ? Optional.empty() : layerNames.find(name.layer());
      if (name == null || LoraTensorName.otherKind(tensor.name()).isPresent()) {
        unknownNames.add(tensor.name());
      } else if (layer.isEmpty()) {
        unknownLayers.add(tensor.name());
      } else if (!tensor.dtype().isWeightType()) {
        problems.add(file.toString(), tensor.name(), "F32, F16 or BF16", tensor.dtype().toString());
      } else {
        add(file, byLayer, layer.get(), name.part(), tensor, problems);
        naming = naming.isEmpty() || name.part() == Part.A ? name.naming().label() : naming;
      }
    }
    if (!unknownNames.isEmpty()) {
      addUnknownNames(file, unknownNames, problems);
    } else if (!unknownLayers.isEmpty()) {
      problems.add(
          file.toString(),
          "",
          "an adapter of this transformer, of the same size and layout",
          "tensors of layers that it does not have: " + firstAndMore(unknownLayers));
    } else if (tensors.isEmpty()) {
      problems.add(file.toString(), "", "tensors of a LoRA adapter", "no tensors");
    }
    return new LoraTensors(naming, byLayer);
  }

  private static void add(
      Path file,
      Map<String, Map<Part, StoredTensor>> byLayer,
      String layer,
      Part part,
      StoredTensor tensor,
      ProblemCollector problems) {
    @Nullable StoredTensor other =
        byLayer.computeIfAbsent(layer, l -> new EnumMap<>(Part.class)).put(part, tensor);
    if (other != null) {
      problems.add(
          file.toString(),
          layer,
          "one " + part,
          "%s and %s".formatted(other.name(), tensor.name()));
    }
  }

  private static void addUnknownNames(Path file, List<String> names, ProblemCollector problems) {
    for (String name : names) {
      Optional<String> kind = LoraTensorName.otherKind(name);
      if (kind.isPresent()) {
        problems.add(
            file.toString(),
            "",
            "a LoRA or DoRA adapter of the transformer",
            "%s, which is not supported (tensor %s)".formatted(kind.get(), name));
        return;
      }
    }
    problems.add(
        file.toString(),
        "",
        "tensors named LAYER.lora_A.weight and .lora_B.weight, .lora_down.weight and"
            + " .lora_up.weight, or .lora.down.weight and .lora.up.weight",
        firstAndMore(names));
  }

  private static String firstAndMore(List<String> names) {
    String more = names.size() == 1 ? "" : " and %s more".formatted(names.size() - 1);
    return names.get(0) + more;
  }
}
