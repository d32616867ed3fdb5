package io.dopt.importer.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which file of a component's folder holds its weights, by the names that {@code from_pretrained}
 * of diffusers and transformers looks for: a single file or the index of a sharded one, safetensors
 * before pickles, the variant before the plain form.
 *
 * @param safetensorsName base name of safetensors files
 * @param pickleName base name of pickles
 */
record WeightSelection(String safetensorsName, String pickleName) {
  private static final Pattern SHARD_NUMBER = Pattern.compile("-\\d{5}-of-\\d{5}$");

  /** What components of {@code library} call their files. */
  static WeightSelection ofLibrary(String library) {
    return library.equals("transformers")
        ? new WeightSelection("model", "pytorch_model")
        : new WeightSelection("diffusion_pytorch_model", "diffusion_pytorch_model");
  }

  /** The first of {@code names} that holds the weights, or is their index. */
  Optional<String> choose(Collection<String> names, Optional<String> variant) {
    return candidates(variant).stream().filter(names::contains).findFirst();
  }

  /** Names in order of preference; ends with the plain forms, as in diffusers. */
  private List<String> candidates(Optional<String> variant) {
    List<String> candidates = new ArrayList<>();
    variant.ifPresent(
        name -> {
          String dotted = "." + name;
          addForms(candidates, safetensorsName, ".safetensors", dotted);
          addForms(candidates, pickleName, ".bin", dotted);
        });
    addForms(candidates, safetensorsName, ".safetensors", "");
    addForms(candidates, pickleName, ".bin", "");
    return candidates;
  }

  private static void addForms(List<String> candidates, String base, String suffix, String dotted) {
    candidates.add(base + suffix + ".index" + dotted + ".json");
    candidates.add(base + dotted + suffix + ".index.json");
    candidates.add(base + dotted + suffix);
  }

  /** The variants that {@code names} offer, sorted. */
  TreeSet<String> variants(Collection<String> names) {
    TreeSet<String> variants = new TreeSet<>();
    for (String name : names) {
      variant(name, safetensorsName, "safetensors").ifPresent(variants::add);
      variant(name, pickleName, "bin").ifPresent(variants::add);
    }
    return variants;
  }

  private static Optional<String> variant(String name, String base, String suffix) {
    String start = Pattern.quote(base) + "\\.";
    Matcher index = Pattern.compile(start + suffix + "\\.index\\.(.+)\\.json").matcher(name);
    if (index.matches()) {
      return Optional.of(index.group(1));
    }
    Matcher file = Pattern.compile(start + "(.+)\\." + suffix + "(\\.index\\.json)?").matcher(name);
    return file.matches()
        ? Optional.of(SHARD_NUMBER.matcher(file.group(1)).replaceFirst(""))
        : Optional.empty();
  }
}
