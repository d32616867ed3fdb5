package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The folder of one component: its config.json and its weights in one or several files. */
final class ComponentFolder {
  private final CheckpointFolder folder;
  private final String name;
  private final String prefix;
  private final ComponentClass componentClass;
  private final WeightSelection selection;

  /**
   * @param folder the checkpoint
   * @param name the component's name
   * @param subfolder where in {@code folder} it is; empty for the folder itself
   */
  ComponentFolder(
      CheckpointFolder folder, String name, String subfolder, ComponentClass componentClass) {
    this.folder = folder;
    this.name = name;
    this.prefix = subfolder.isEmpty() ? "" : subfolder + "/";
    this.componentClass = componentClass;
    this.selection = WeightSelection.ofLibrary(componentClass.library());
  }

  /** Variants its weights come in. */
  Set<String> variants() {
    return selection.variants(fileNames());
  }

  private List<String> fileNames() {
    return folder.list(prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1));
  }

  /**
   * Reads the config and the headers of the weights.
   *
   * @param opened is given every file that is opened, to close it later
   */
  CheckpointComponent open(Optional<String> variant, Consumer<WeightFile> opened) {
    Path configPath = folder.require(prefix + "config.json");
    ObjectNode config = JsonFile.read(configPath);
    List<String> names = fileNames();
    String chosen = selection.choose(names, variant).orElseThrow(() -> noWeights(names));
    Path path = folder.require(prefix + chosen);
    TensorIndex tensors = chosen.endsWith(".json") ? shards(path, opened) : single(path, opened);
    List<Path> sources = new ArrayList<>(List.of(configPath));
    if (chosen.endsWith(".json")) {
      sources.add(path);
    }
    sources.addAll(tensors.files());
    return new CheckpointComponent(
        name, componentClass, config, configPath.toString(), tensors, sources);
  }

  private DoptException noWeights(List<String> names) {
    Set<String> variants = new TreeSet<>(selection.variants(names));
    return new DoptException(
        ErrorCode.BAD_INPUT,
        String.format(
            "%s has no %s.safetensors, no %s.bin and no index of either.%s",
            folder.root().resolve(prefix),
            selection.safetensorsName(),
            selection.pickleName(),
            variants.isEmpty()
                ? " The checkpoint is incomplete; download it again."
                : " It has the variants " + variants + "; choose one with --variant."));
  }

  private static TensorIndex single(Path path, Consumer<WeightFile> opened) {
    Map<String, TensorIndex.Entry> entries = new LinkedHashMap<>();
    WeightFile file = WeightFile.open(path);
    opened.accept(file);
    file.tensors()
        .forEach((tensor, data) -> entries.put(tensor, new TensorIndex.Entry(data, path)));
    return new TensorIndex(entries);
  }

  private TensorIndex shards(Path indexPath, Consumer<WeightFile> opened) {
    Map<String, TensorIndex.Entry> entries = new LinkedHashMap<>();
    Map<String, WeightFile> files = new LinkedHashMap<>();
    JsonNode weightMap = JsonFile.read(indexPath).path("weight_map");
    if (!weightMap.isObject() || weightMap.isEmpty()) {
      throw refuse(indexPath, "has no object \"weight_map\"");
    }
    for (Map.Entry<String, JsonNode> place : weightMap.properties()) {
      String tensor = place.getKey();
      String fileName = place.getValue().asText();
      if (!place.getValue().isTextual() || !isPlainName(fileName)) {
        throw refuse(
            indexPath,
            "puts tensor "
                + tensor
                + " into "
                + place.getValue()
                + ", which is no plain file name");
      }
      WeightFile file = files.get(fileName);
      if (file == null) {
        file = WeightFile.open(folder.require(prefix + fileName));
        opened.accept(file);
        files.put(fileName, file);
      }
      if (!file.tensors().containsKey(tensor)) {
        throw refuse(indexPath, "puts tensor " + tensor + " into " + fileName + ", which lacks it");
      }
      entries.put(tensor, new TensorIndex.Entry(file.tensors().get(tensor), file.path()));
    }
    for (WeightFile file : files.values()) {
      for (String tensor : file.tensors().keySet()) {
        if (!entries.containsKey(tensor)) {
          throw refuse(
              indexPath, "does not list tensor " + tensor + " of " + file.path().getFileName());
        }
      }
    }
    return new TensorIndex(entries);
  }

  /** Neither a path nor anything a file system might take for one. */
  private static boolean isPlainName(String fileName) {
    return !fileName.isEmpty()
        && fileName.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')
        && !fileName.equals("..")
        && !fileName.equals(".");
  }

  private static DoptException refuse(Path index, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        index + " " + what + ". The checkpoint is damaged; download it again.");
  }
}
