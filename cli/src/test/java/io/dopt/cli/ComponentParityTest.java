package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every component, imported, compiled and run, gives what diffusers recorded for it. More fixtures
 * of the same form are taken from the folder {@code -Ddopt.fixtures} names.
 */
class ComponentParityTest {
  /** ||out - ref|| / ||ref|| in float32. */
  private static final double TOLERANCE = 1e-4;

  @TempDir Path folder;

  static Stream<Path> fixtures() throws IOException {
    List<Path> roots = new ArrayList<>();
    roots.add(Path.of(System.getProperty("dopt.root"), "testdata", "fixtures"));
    String more = System.getProperty("dopt.fixtures", "");
    if (!more.isEmpty()) {
      roots.add(Path.of(more));
    }
    List<Path> found = new ArrayList<>();
    for (Path root : roots) {
      try (Stream<Path> list = Files.list(root)) {
        list.filter(
                path ->
                    Files.exists(path.resolve("reference.safetensors"))
                        && Files.exists(path.resolve("model_index.json")))
            .sorted()
            .forEach(found::add);
      }
    }
    return found.stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void componentsEqualDiffusers(Path fixture) {
    Path output = folder.resolve("bundle");
    try (Checkpoint checkpoint = CheckpointReader.open(fixture, CheckpointOptions.none())) {
      PipelineImporter importer = new PipelineImporter(FamilyBuilders.standard(), false);
      new Compiler(Targets.standard())
          .compile(
              importer.importPipeline(checkpoint).model(),
              CompileOptions.to(output),
              CompileListener.NONE);
    }
    Bundle bundle = Bundle.open(output);
    try (SafetensorsFile reference =
            SafetensorsFile.open(fixture.resolve("reference.safetensors"));
        ComponentEngines engines = new ComponentEngines(bundle, EngineOptions.defaults())) {
      int compared = 0;
      for (String component : bundle.manifest().components().keySet()) {
        Map<String, DenseTensor> inputs = tensors(reference, component + ".in.");
        if (!inputs.isEmpty()) {
          compare(component, ComponentRunner.run(engines, component, inputs), reference);
          compared++;
        }
      }
      assertTrue(compared >= 3, "compared " + compared + " components");
    }
  }

  private static void compare(
      String component, Map<String, DenseTensor> actual, SafetensorsFile reference) {
    Map<String, DenseTensor> expected = tensors(reference, component + ".out.");
    assertFalse(expected.isEmpty(), component);
    for (String name : new TreeSet<>(expected.keySet())) {
      assertTrue(actual.containsKey(name), component + " lacks the output " + name);
      assertEquals(expected.get(name).shape(), actual.get(name).shape(), component + "." + name);
      double error = relativeError(expected.get(name), actual.get(name));
      assertTrue(error <= TOLERANCE, component + "." + name + " differs by " + error);
    }
  }

  private static Map<String, DenseTensor> tensors(SafetensorsFile file, String prefix) {
    Map<String, DenseTensor> tensors = new LinkedHashMap<>();
    for (String name : file.names()) {
      if (name.startsWith(prefix)) {
        tensors.put(
            name.substring(prefix.length()), DenseTensor.read(file.tensor(name).orElseThrow()));
      }
    }
    return tensors;
  }

  private static double relativeError(DenseTensor expected, DenseTensor actual) {
    double[] reference = expected.toDoubles();
    double[] values = actual.toDoubles();
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < reference.length; i++) {
      difference += (values[i] - reference[i]) * (values[i] - reference[i]);
      norm += reference[i] * reference[i];
    }
    return Math.sqrt(difference / norm);
  }
}
