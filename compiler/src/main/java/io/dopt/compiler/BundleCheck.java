package io.dopt.compiler;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.OnnxRuntimeEngine;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tries a fresh bundle in the real engine: every engine must load, and small ones are run once on
 * fixed noise and must give finite outputs that are not constant; with small ones throughout, an
 * image is made.
 *
 * <p>Engines with more than {@value #RUN_LIMIT_BYTES} bytes of weights are only loaded, with the
 * weights mapped and untouched, for running them would take their size in memory.
 */
final class BundleCheck {
  static final long RUN_LIMIT_BYTES = 64L << 20;

  /** Static engines with larger outputs are not run: it takes seconds, and dynamic ones are. */
  private static final long OUTPUT_LIMIT = 1 << 16;

  /** What ONNX Runtime runs: its own, and what it imitates. */
  private static final Set<String> RUNTIMES =
      Set.of(OnnxRuntimeEngine.RUNTIME, BuildPackage.RUNTIME);

  private final List<String> notices = new ArrayList<>();

  private BundleCheck() {}

  /**
   * Checks the bundle in {@code folder}.
   *
   * @return what was not tried, as sentences
   * @throws DoptException (ENGINE) when the engine refuses a model; (QUALITY) when an output is
   *     degenerate, naming component and output
   */
  static List<String> check(Path folder) {
    BundleCheck check = new BundleCheck();
    Bundle bundle = Bundle.open(folder);
    if (BuildPackage.isPackage(bundle)) {
      Optional<String> problem = BuildPackage.of(bundle).imitationProblem();
      if (problem.isPresent()) {
        return List.of("Nothing was run: " + problem.get());
      }
    }
    check.check(bundle);
    return check.notices;
  }

  private void check(Bundle bundle) {
    try (ComponentEngines engines = new ComponentEngines(bundle, EngineOptions.defaults())) {
      bundle.manifest().components().forEach((name, component) -> check(engines, name, component));
    }
    if (bundle.manifest().components().values().stream()
        .allMatch(component -> isSmall(bundle, component))) {
      GenerationCheck.check(bundle).ifPresent(notices::add);
    }
  }

  private void check(ComponentEngines engines, String name, ComponentManifest component) {
    Bundle bundle = engines.bundle();
    boolean small = isSmall(bundle, component);
    if (!small) {
      notices.add(
          String.format(
              Locale.ROOT,
              "%s was loaded but not run: its weights take %,d MiB.",
              name,
              weightBytes(bundle, component) >> 20));
    }
    for (EngineFile engine : component.engines()) {
      if (!RUNTIMES.contains(engine.runtime())) {
        continue;
      }
      SortedMap<String, Long> shape = engine.isDynamic() ? smallest(component) : engine.bindings();
      if (small && (engine.isDynamic() || outputSize(component, shape) <= OUTPUT_LIMIT)) {
        run(engines, name, component, shape);
      } else {
        load(name, bundle.file(engine.file()));
      }
    }
  }

  private static boolean isSmall(Bundle bundle, ComponentManifest component) {
    return weightBytes(bundle, component) <= RUN_LIMIT_BYTES;
  }

  private static long weightBytes(Bundle bundle, ComponentManifest component) {
    return component.weights().map(file -> bundle.manifest().files().get(file).bytes()).orElse(0L);
  }

  private static SortedMap<String, Long> smallest(ComponentManifest component) {
    SortedMap<String, Long> values = new TreeMap<>();
    component.symbols().forEach((symbol, range) -> values.put(symbol, smallest(range)));
    return values;
  }

  private static long smallest(SymbolRange range) {
    long multiple = range.multipleOf();
    return (range.minimum() + multiple - 1) / multiple * multiple;
  }

  private static long outputSize(ComponentManifest component, Map<String, Long> shape) {
    return component.outputs().stream()
        .mapToLong(output -> output.evaluate(shape).stream().reduce(1L, Math::multiplyExact))
        .max()
        .orElse(0);
  }

  private static void run(
      ComponentEngines engines,
      String name,
      ComponentManifest component,
      SortedMap<String, Long> shape) {
    Map<String, DenseTensor> inputs = new LinkedHashMap<>();
    for (TensorSignature input : component.inputs()) {
      inputs.put(input.name(), sample(input, input.evaluate(shape)));
    }
    ComponentRunner.run(engines, name, inputs)
        .forEach((output, tensor) -> requireAlive(name, output, tensor));
  }

  /** Noise; of integers the first few, which every vocabulary and table of classes has. */
  private static DenseTensor sample(TensorSignature input, List<Long> shape) {
    int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    Random random = new Random(1);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = input.type().isFloatingPoint() ? random.nextGaussian() : i % 2;
    }
    return DenseTensor.ofDoubles(shape, values).cast(input.type());
  }

  private static void requireAlive(String component, String output, DenseTensor tensor) {
    if (!tensor.elementType().isFloatingPoint()) {
      return;
    }
    double minimum = Double.POSITIVE_INFINITY;
    double maximum = Double.NEGATIVE_INFINITY;
    for (double value : tensor.toDoubles()) {
      if (!Double.isFinite(value)) {
        throw degenerate(component, output, "has values that are not finite");
      }
      minimum = Math.min(minimum, value);
      maximum = Math.max(maximum, value);
    }
    if (tensor.elementCount() > 1 && minimum == maximum) {
      throw degenerate(component, output, "is " + minimum + " everywhere");
    }
  }

  private static DoptException degenerate(String component, String output, String what) {
    return new DoptException(
        ErrorCode.QUALITY,
        String.format(
            "The compiled %s does not work: for noise as input, its output '%s' %s. Are the"
                + " weights of the checkpoint intact? To get the bundle anyway, compile without"
                + " the check.",
            component, output, what));
  }

  /** Loads without optimising, so that weights stay in the file. */
  private static void load(String name, Path model) {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "dopt");
    try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
      settings.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      settings.addConfigEntry("session.disable_prepacking", "1");
      settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      environment.createSession(model.toString(), settings).close();
    } catch (OrtException e) {
      throw new DoptException(
          ErrorCode.ENGINE,
          name + " (" + model.getFileName() + "): ONNX Runtime refuses it: " + e.getMessage(),
          e);
    }
  }
}
