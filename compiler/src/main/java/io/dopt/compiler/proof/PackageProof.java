package io.dopt.compiler.proof;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a build package holds of a plan before anything is built: whether the operands of every
 * layer are quantized in the file as planned. What kernels the plans have is found when they are
 * built.
 *
 * @param layers how many layers are as planned, by precision
 * @param missing layers that are quantized otherwise in some engine, or not at all, by name
 */
public record PackageProof(SortedMap<String, Integer> layers, List<String> missing) {
  public PackageProof {
    layers = Collections.unmodifiableSortedMap(new TreeMap<>(layers));
    missing = List.copyOf(missing);
  }

  /**
   * Looks into the engines of a component.
   *
   * @param planned precision by layer, in the words of {@code --precision}
   * @throws io.dopt.tensor.DoptException (IO) when a file cannot be read; (BAD_INPUT) when it is no
   *     ONNX model
   */
  public static PackageProof of(
      Bundle bundle, String component, SortedMap<String, String> planned) {
    LayerNames names = new LayerNames(planned.keySet());
    List<StoredOperands> engines = new ArrayList<>();
    for (EngineFile engine : bundle.component(component).engines()) {
      engines.add(StoredOperands.read(bundle.file(engine.file()), names));
    }
    SortedMap<String, Integer> found = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    planned.forEach(
        (layer, precision) -> {
          if (engines.stream().allMatch(engine -> isStored(engine, layer, precision))) {
            found.merge(precision, 1, Integer::sum);
          } else {
            missing.add(layer);
          }
        });
    return new PackageProof(found, missing);
  }

  private static boolean isStored(StoredOperands engine, String layer, String precision) {
    return switch (precision) {
      case "int8" -> engine.allAre(layer, ElementType.INT8);
      case "fp8" -> engine.allAre(layer, ElementType.FLOAT8E4M3FN);
      case "int4-weight" -> engine.weight(layer).equals(Optional.of(ElementType.INT4));
      default -> true;
    };
  }
}
