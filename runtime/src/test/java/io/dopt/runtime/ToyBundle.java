package io.dopt.runtime;

import static io.dopt.runtime.bundle.TensorSignature.of;
import static io.dopt.tensor.ElementType.FLOAT32;
import static io.dopt.tensor.ElementType.INT64;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.runtime.bundle.TokenizerManifest;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.SymbolRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes real bundles around the tiny models of {@code src/test/resources/models}: real engines and
 * a real tokenizer, with arithmetic a test can repeat. Images are twice the latent size.
 */
public final class ToyBundle {
  private static final SymbolRange BATCH = new SymbolRange(1, 16, 1);
  private static final SymbolRange SIDE = new SymbolRange(2, 64, 2);
  private static final SymbolRange SEQUENCE = new SymbolRange(1, 77, 1);

  private final Path folder;
  private final SortedMap<String, ComponentManifest> components = new TreeMap<>();
  private final SortedMap<String, TokenizerManifest> tokenizers = new TreeMap<>();
  private final SortedMap<String, FileEntry> files = new TreeMap<>();
  private ObjectNode scheduler =
      json(
          "{'_class_name': 'DDIMScheduler', 'beta_start': 0.00085, 'beta_end': 0.012,"
              + " 'beta_schedule': 'scaled_linear', 'clip_sample': false, 'steps_offset': 1,"
              + " 'set_alpha_to_one': false}");
  private ObjectNode options = json("{}");
  private String pipeline = "StableDiffusionPipeline";

  private ToyBundle(Path folder) {
    this.folder = folder;
  }

  /** A bundle like Stable Diffusion 1.5, with a static engine for unet batch 2 at 8x8. */
  public static ToyBundle stableDiffusion(Path folder) {
    ToyBundle bundle = new ToyBundle(folder);
    bundle.tokenizer("tokenizer");
    bundle.textEncoder("text_encoder", 4, "pooler_output");
    bundle.unet("unet", 4, "{}", List.of());
    bundle.vae("{'scaling_factor': 0.5}");
    return bundle;
  }

  /** A bundle like Stable Diffusion XL. */
  public static ToyBundle stableDiffusionXl(Path folder) {
    ToyBundle bundle = new ToyBundle(folder);
    bundle.pipeline = "StableDiffusionXLPipeline";
    bundle.options = json("{'force_zeros_for_empty_prompt': true}");
    bundle.tokenizer("tokenizer");
    bundle.tokenizer("tokenizer_2");
    bundle.textEncoder("text_encoder", 4, "pooler_output");
    bundle.textEncoder("text_encoder_2", 6, "text_embeds");
    bundle.unet(
        "unet_xl",
        10,
        "{}",
        List.of(of("text_embeds", FLOAT32, "batch", "6"), of("time_ids", FLOAT32, "batch", "6")));
    bundle.vae("{'scaling_factor': 0.5}");
    return bundle;
  }

  /** Replaces the unet by one that takes the guidance scale as an embedding of 8 features. */
  public ToyBundle withGuidanceEmbedding() {
    unet(
        "unet_lcm",
        4,
        "{'time_cond_proj_dim': 8}",
        List.of(of("timestep_cond", FLOAT32, "batch", "8")));
    return this;
  }

  /** Replaces the name of the pipeline class. */
  public ToyBundle withPipeline(String name) {
    pipeline = name;
    return this;
  }

  /** Replaces the VAE's configuration; quotes may be single. */
  public ToyBundle withVaeConfig(String config) {
    vae(config);
    return this;
  }

  /** Replaces the scheduler's configuration; quotes may be single. */
  public ToyBundle withScheduler(String config) {
    scheduler = json(config);
    return this;
  }

  /** Adds a component by its model's name in the resources. */
  public ToyBundle withComponent(
      String component,
      String model,
      List<TensorSignature> inputs,
      List<TensorSignature> outputs,
      Map<String, SymbolRange> symbols) {
    add(component, model, inputs, outputs, symbols, "{}");
    return this;
  }

  /** Adds the component that multiplies out loops, for histories of at most so many rows. */
  public ToyBundle withSampler(long mostRows) {
    return withComponent(
        "sampler",
        "sampler",
        List.of(
            of("coefficients", FLOAT32, "copies", "rows"),
            of("history", FLOAT32, "rows", "elements")),
        List.of(of("sample", FLOAT32, "copies", "elements")),
        Map.of(
            "copies", new SymbolRange(1, 2, 1),
            "rows", new SymbolRange(2, mostRows, 1),
            "elements", new SymbolRange(1, 1 << 20, 1)));
  }

  /** Has a component run by {@link LoopingProvider}. */
  public ToyBundle withLoopingEngines(String component) {
    ComponentManifest old = components.get(component);
    components.put(
        component,
        with(
            old,
            old.engines().stream()
                .map(
                    engine ->
                        new EngineFile(LoopingProvider.RUNTIME, engine.file(), engine.bindings()))
                .toList()));
    return this;
  }

  /** Copies a further file of the resources beside the engines of a component. */
  public ToyBundle withFile(String component, String resource) {
    copy(resource, component + "/" + resource);
    return this;
  }

  /** Adds an engine specialised for symbol values to a component. */
  public ToyBundle withEngine(String component, String model, Map<String, Long> bindings) {
    ComponentManifest old = components.get(component);
    List<EngineFile> engines = new ArrayList<>(old.engines());
    String file = component + "/" + model + ".onnx";
    copy(model + ".onnx", file);
    engines.add(new EngineFile("onnxruntime", file, new TreeMap<>(bindings)));
    components.put(component, with(old, engines));
    return this;
  }

  /** Removes the dynamic engine of a component. */
  public ToyBundle withoutDynamicEngine(String component) {
    ComponentManifest old = components.get(component);
    components.put(
        component, with(old, old.engines().stream().filter(e -> !e.isDynamic()).toList()));
    return this;
  }

  private static ComponentManifest with(ComponentManifest old, List<EngineFile> engines) {
    return new ComponentManifest(
        old.inputs(),
        old.outputs(),
        old.symbols(),
        engines,
        Optional.empty(),
        "f32",
        0,
        old.config());
  }

  /** Writes the manifest and opens the bundle. */
  public Bundle open() {
    BundleManifest manifest =
        new BundleManifest(
            BundleManifest.FORMAT_VERSION,
            "0.1.0",
            pipeline,
            components,
            tokenizers,
            Optional.of(scheduler),
            options,
            List.of(new ImageSize(16, 16)),
            List.of(1),
            files);
    try {
      Files.write(folder.resolve(Bundle.MANIFEST), manifest.toJson());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Bundle.open(folder);
  }

  private void textEncoder(String component, int features, String pooled) {
    String size = Integer.toString(features);
    add(
        component,
        component,
        List.of(of("input_ids", INT64, "batch", "24")),
        List.of(
            of("last_hidden_state", FLOAT32, "batch", "24", size),
            of(pooled, FLOAT32, "batch", size),
            of("hidden_states_penultimate", FLOAT32, "batch", "24", size)),
        Map.of("batch", BATCH),
        "{}");
  }

  private void unet(String model, int features, String config, List<TensorSignature> extra) {
    List<TensorSignature> inputs =
        new ArrayList<>(
            List.of(
                of("sample", FLOAT32, "batch", "4", "height", "width"),
                of("timestep", FLOAT32),
                of(
                    "encoder_hidden_states",
                    FLOAT32,
                    "batch",
                    "sequence",
                    Integer.toString(features))));
    inputs.addAll(extra);
    add(
        "unet",
        model,
        inputs,
        List.of(of("sample", FLOAT32, "batch", "4", "height", "width")),
        Map.of("batch", BATCH, "height", SIDE, "width", SIDE, "sequence", SEQUENCE),
        config);
  }

  private void vae(String config) {
    add(
        "vae_encoder",
        "vae_encoder",
        List.of(of("sample", FLOAT32, "batch", "3", "height", "width")),
        List.of(
            of("mean", FLOAT32, "batch", "4", "height/2", "width/2"),
            of("logvar", FLOAT32, "batch", "4", "height/2", "width/2")),
        Map.of("batch", BATCH, "height", SIDE, "width", SIDE),
        config);
    add(
        "vae_decoder",
        "vae_decoder",
        List.of(of("latent", FLOAT32, "batch", "4", "height", "width")),
        List.of(of("sample", FLOAT32, "batch", "3", "2*height", "2*width")),
        Map.of("batch", BATCH, "height", SIDE, "width", SIDE),
        config);
  }

  private void add(
      String component,
      String model,
      List<TensorSignature> inputs,
      List<TensorSignature> outputs,
      Map<String, SymbolRange> symbols,
      String config) {
    String file = component + "/" + model + ".onnx";
    copy(model + ".onnx", file);
    components.put(
        component,
        new ComponentManifest(
            inputs,
            outputs,
            new TreeMap<>(symbols),
            List.of(new EngineFile("onnxruntime", file, new TreeMap<>())),
            Optional.empty(),
            "f32",
            0,
            json(config)));
  }

  private void tokenizer(String name) {
    String file = name + "/tokenizer.json";
    register(
        Path.of(System.getProperty("dopt.root"))
            .resolve("testdata/fixtures/sd15-tiny/tokenizer/tokenizer.json"),
        file);
    tokenizers.put(name, new TokenizerManifest(file, 24, 614, 615, 615));
  }

  private void copy(String resource, String path) {
    register(
        Path.of(System.getProperty("dopt.root"))
            .resolve("runtime/src/test/resources/models")
            .resolve(resource),
        path);
  }

  private void register(Path source, String path) {
    try {
      Path target = folder.resolve(path);
      Files.createDirectories(target.getParent());
      byte[] bytes = Files.readAllBytes(source);
      Files.write(target, bytes);
      files.put(path, new FileEntry(bytes.length, Sha256.of(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
