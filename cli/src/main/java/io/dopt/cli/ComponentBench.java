package io.dopt.cli;

import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Times the calls of one component on made-up inputs of one shape. */
final class ComponentBench {
  private static final int DEFAULT_SEQUENCE = 77;
  private static final long SEED = 7;

  private final ComponentEngines engines;
  private final String component;
  private final ComponentManifest manifest;
  private final SortedMap<String, Long> bindings;

  /**
   * @param size of the image; the bundle's first when absent
   * @param batch of the call; when absent that of the first engine specialised for the size
   */
  ComponentBench(
      ComponentEngines engines, String component, Optional<ImageSize> size, Optional<Long> batch) {
    this.engines = engines;
    this.component = component;
    this.manifest = engines.bundle().component(component);
    this.bindings = bindings(engines.bundle().manifest(), size, batch);
  }

  /** The symbol values the calls are made with. */
  SortedMap<String, Long> bindings() {
    return bindings;
  }

  /**
   * The shape to time: the first specialised engine that agrees with what was asked for, else, for
   * a bundle with dynamic engines, what was asked for and the smallest values for the rest.
   */
  private SortedMap<String, Long> bindings(
      BundleManifest bundle, Optional<ImageSize> size, Optional<Long> batch) {
    SortedMap<String, Long> wanted = new TreeMap<>();
    batch.ifPresent(value -> wanted.put("batch", value));
    Optional<ImageSize> image = size.or(() -> bundle.sizes().stream().findFirst());
    if (image.isPresent() && manifest.symbols().containsKey("height")) {
      long factor = pixelsPerUnit(bundle);
      wanted.put("height", image.get().height() / factor);
      wanted.put("width", image.get().width() / factor);
    }
    Optional<EngineFile> specialised =
        manifest.engines().stream()
            .filter(engine -> !engine.isDynamic())
            .filter(engine -> engine.bindings().entrySet().containsAll(wanted.entrySet()))
            .findFirst();
    if (specialised.isPresent()) {
      return specialised.get().bindings();
    }
    manifest
        .symbols()
        .forEach((symbol, range) -> wanted.putIfAbsent(symbol, smallest(symbol, range)));
    return wanted;
  }

  private static long smallest(String symbol, SymbolRange range) {
    if (symbol.equals("sequence") && range.contains(DEFAULT_SEQUENCE)) {
      return DEFAULT_SEQUENCE;
    }
    long steps = (range.minimum() + range.multipleOf() - 1) / range.multipleOf();
    return Math.max(1, steps) * range.multipleOf();
  }

  /**
   * What one unit of the component's height is in pixels: that of the decoder, unless it encodes.
   */
  private long pixelsPerUnit(BundleManifest bundle) {
    if (component.equals("vae_encoder")) {
      return 1;
    }
    return bundle
        .component("vae_decoder")
        .map(
            decoder ->
                decoder
                    .outputs()
                    .get(0)
                    .evaluate(Map.of("batch", 1L, "height", 1L, "width", 1L))
                    .get(2))
        .orElse(8L);
  }

  /**
   * Calls the component and reports the time of each call after the warm-up.
   *
   * @return seconds of each call
   */
  double[] run(int warmUp, int iterations, Console console) {
    double[] seconds = new double[iterations];
    try (EngineCall call = ComponentRunner.prepare(engines, component, inputs());
        ProgressLine progress = ProgressLine.ofSteps(console, component, warmUp + iterations)) {
      for (int i = -warmUp; i < iterations; i++) {
        long start = System.nanoTime();
        call.run();
        if (i >= 0) {
          seconds[i] = (System.nanoTime() - start) / 1e9;
        }
        progress.stepBy(1);
        if (Thread.currentThread().isInterrupted()) {
          throw new DoptException(ErrorCode.INTERRUPTED, "Interrupted.");
        }
      }
    }
    return seconds;
  }

  /** Standard normal numbers, a timestep in the middle, and token ids every vocabulary has. */
  private Map<String, DenseTensor> inputs() {
    Random random = new Random(SEED);
    Map<String, DenseTensor> inputs = new LinkedHashMap<>();
    for (TensorSignature input : manifest.inputs()) {
      List<Long> shape = input.evaluate(bindings);
      int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
      if (input.type() == ElementType.INT64 || input.type() == ElementType.INT32) {
        inputs.put(input.name(), DenseTensor.ofLongs(shape, new long[count]));
        continue;
      }
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = input.name().equals("timestep") ? 500 : (float) random.nextGaussian();
      }
      inputs.put(input.name(), DenseTensor.ofFloats(shape, values));
    }
    return inputs;
  }
}
