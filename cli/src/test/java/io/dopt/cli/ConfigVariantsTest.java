package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.importer.family.FamilyBuilder;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.nn.Config;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.EvaluationMaterial;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small models of many configurations, rewritten, compiled and run, give what diffusers and
 * transformers give for the same weights ({@code testdata/variants}, {@code testdata/clip}); for
 * images of even and odd sizes, by engines that take any size.
 */
class ConfigVariantsTest {
  private static final List<Path> FOLDERS =
      Stream.of("variants", "clip")
          .map(name -> Path.of(System.getProperty("dopt.root"), "testdata", name))
          .toList();

  /** ||out - ref|| / ||ref|| in float32. */
  private static final double TOLERANCE = 2e-6;

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> variantsEqualTheirReferences() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path references : FOLDERS) {
      tests.addAll(tests(references));
    }
    assertTrue(tests.size() >= 65, "only " + tests.size() + " variants");
    return tests.stream();
  }

  private static List<DynamicTest> tests(Path references) throws IOException {
    JsonNode variants = new JsonMapper().readTree(references.resolve("variants.json").toFile());
    Path bundle = folder.resolve(references.getFileName().toString());
    new Compiler(Targets.standard())
        .compile(
            PassPipeline.standard().run(pipeline(variants)).model(),
            CompileOptions.to(bundle).withDynamicOnly(true).withCheck(false),
            CompileListener.NONE);
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode variant : variants) {
      variant
          .get("graphs")
          .properties()
          .forEach(
              graph -> {
                String name = variant.get("name").asText() + "." + graph.getKey();
                tests.add(
                    DynamicTest.dynamicTest(
                        name, () -> compare(references, bundle, name, inputs(graph.getValue()))));
              });
    }
    return tests;
  }

  /** A pipeline whose components are the graphs of all variants. */
  private static PipelineModel pipeline(JsonNode variants) {
    TreeMap<String, Component> components = new TreeMap<>();
    for (JsonNode variant : variants) {
      String className = variant.get("className").asText();
      JsonNode config = variant.get("config");
      FormulaWeights weights = new FormulaWeights(className.endsWith("WithProjection"));
      String name = variant.get("name").asText();
      FamilyBuilder.Request request =
          new FamilyBuilder.Request(name, new Config(className, config), weights, Optional.empty());
      List<String> names = new ArrayList<>();
      variant.get("graphs").fieldNames().forEachRemaining(names::add);
      List<Graph> graphs = FamilyBuilders.standard().build(className, request);
      for (int i = 0; i < graphs.size(); i++) {
        components.put(name + "." + names.get(i), new Component(graphs.get(i), config, List.of()));
      }
    }
    return new PipelineModel(
        "StableDiffusionPipeline",
        components,
        new TreeMap<>(),
        Optional.empty(),
        JsonNodeFactory.instance.objectNode(),
        EvaluationMaterial.NONE,
        List.of());
  }

  private static void compare(
      Path folder, Path bundle, String name, Map<String, DenseTensor> inputs) {
    try (SafetensorsFile references = SafetensorsFile.open(folder.resolve("variants.safetensors"));
        ComponentEngines engines =
            new ComponentEngines(Bundle.open(bundle), EngineOptions.defaults())) {
      Map<String, DenseTensor> outputs = ComponentRunner.run(engines, name, inputs);
      List<String> names = outputs.keySet().stream().map(output -> name + "." + output).toList();
      assertEquals(
          Set.copyOf(names),
          references.names().stream()
              .filter(tensor -> tensor.startsWith(name + "."))
              .collect(Collectors.toSet()));
      outputs.forEach(
          (output, actual) -> {
            DenseTensor expected =
                DenseTensor.read(references.tensor(name + "." + output).orElseThrow());
            assertEquals(expected.shape(), actual.shape());
            double error = relativeError(expected.toDoubles(), actual.toDoubles());
            assertTrue(error <= TOLERANCE, output + " differs by " + error);
          });
    }
  }

  /** A list is a shape, a number is itself, an object holds integers. */
  private static Map<String, DenseTensor> inputs(JsonNode specifications) {
    Map<String, DenseTensor> inputs = new LinkedHashMap<>();
    specifications
        .properties()
        .forEach(entry -> inputs.put(entry.getKey(), input(entry.getKey(), entry.getValue())));
    return inputs;
  }

  private static DenseTensor input(String name, JsonNode specification) {
    if (specification.isNumber()) {
      return DenseTensor.ofFloats(List.of(), specification.floatValue());
    }
    if (specification.isArray()) {
      List<Long> shape = new ArrayList<>();
      specification.forEach(size -> shape.add(size.longValue()));
      return FormulaWeights.tensor("input." + name, shape);
    }
    JsonNode rows = specification.get("i64");
    List<Long> values = new ArrayList<>();
    rows.forEach(row -> (row.isArray() ? row : List.of(row)).forEach(v -> values.add(v.asLong())));
    long count = rows.size();
    return DenseTensor.ofLongs(
        rows.get(0).isArray() ? List.of(count, values.size() / count) : List.of(count),
        values.stream().mapToLong(Long::longValue).toArray());
  }

  private static double relativeError(double[] expected, double[] actual) {
    double norm = IntStream.range(0, expected.length).mapToDouble(i -> square(expected[i])).sum();
    double difference =
        IntStream.range(0, expected.length).mapToDouble(i -> square(expected[i] - actual[i])).sum();
    return Math.sqrt(difference / norm);
  }

  private static double square(double x) {
    return x * x;
  }
}
