package io.dopt.importer.checkpoint.original;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A pipeline in one file of the original layout, taken apart into diffusers' components.
 *
 * @param file the file
 * @param family what it is
 * @param components the networks by diffusers' names
 * @param predictionType what the model predicts, as the user or the file says; empty when neither
 * @param zeroSnr whether the file says that it was trained to a signal-to-noise ratio of zero
 * @param notes what was left aside
 */
public record OriginalModel(
    Path file,
    OriginalFamily family,
    SortedMap<String, OriginalComponent> components,
    Optional<String> predictionType,
    boolean zeroSnr,
    List<String> notes) {

  private static final List<String> VAE_PREFIXES = List.of("first_stage_model.", "vae.");

  /** What training leaves in a file beside the networks. */
  private static final Pattern LEFTOVER =
      Pattern.compile(
          "model_ema\\..+|betas|\\w*alphas_cumprod\\w*|posterior_\\w+|logvar|lvlb_weights"
              + "|denoiser\\.sigmas|scale_factor|cond_stage_model\\.logit_scale");

  /**
   * Fine-tuned SDXL models state these by the mere presence of a tensor (as ComfyUI reads them).
   */
  private static final String PREDICTS_VELOCITY = "v_pred";

  private static final String ZERO_SNR = "ztsnr";

  /**
   * Takes a file apart.
   *
   * @param saidPrediction the prediction type the user says, which goes before the file's
   * @throws DoptException (BAD_INPUT) when it is no such file or lacks a part; (UNSUPPORTED) for a
   *     family or shape dopt does not compile
   */
  public static OriginalModel of(
      Path file, Map<String, LazyTensor> tensors, Optional<String> saidPrediction) {
    OriginalFamily family = OriginalFamily.detect(file, tensors);
    Map<String, LazyTensor> rest = new LinkedHashMap<>(tensors);
    boolean velocity = rest.remove(PREDICTS_VELOCITY) != null;
    boolean zeroSnr = rest.remove(ZERO_SNR) != null;
    Optional<String> prediction =
        saidPrediction.or(() -> velocity ? Optional.of("v_prediction") : Optional.empty());
    int sampleSize = family.sampleSize(prediction);
    SortedMap<String, OriginalComponent> components = new TreeMap<>();
    long pooledSize = addTextEncoders(file, family, rest, components);
    VaeLayout vae = new VaeLayout(takeVae(file, rest));
    components.put("vae", diffusers(vae.config(sampleSize, family.scalingFactor()), vae.rename()));
    UnetLayout unet = new UnetLayout(take(file, OriginalFamily.UNET, rest), family);
    Renaming unetTensors = unet.rename();
    List<String> leftovers =
        rest.keySet().stream().filter(name -> LEFTOVER.matcher(name).matches()).toList();
    rest.keySet().removeAll(leftovers);
    // What belongs nowhere is given to the denoiser, whose builder reports what it does not use.
    rest.forEach(unetTensors::put);
    components.put("unet", diffusers(unet.config(sampleSize, pooledSize), unetTensors));
    List<String> notes = new ArrayList<>();
    if (!leftovers.isEmpty()) {
      notes.add("Left out, being left over from training: " + shortened(leftovers) + ".");
    }
    return new OriginalModel(file, family, components, prediction, zeroSnr, notes);
  }

  private static String shortened(List<String> names) {
    int shown = Math.min(3, names.size());
    String rest = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
    return String.join(", ", names.subList(0, shown)) + rest;
  }

  /** Returns the size of the pooled text embedding. */
  private static long addTextEncoders(
      Path file,
      OriginalFamily family,
      Map<String, LazyTensor> rest,
      SortedMap<String, OriginalComponent> components) {
    if (family == OriginalFamily.STABLE_DIFFUSION_2) {
      OpenClipLayout layout = new OpenClipLayout(take(file, OriginalFamily.OPEN_CLIP, rest), false);
      components.put("text_encoder", clip("CLIPTextModel", layout.config(), layout.rename()));
      return layout.projectionSize();
    }
    boolean large = family == OriginalFamily.STABLE_DIFFUSION_XL;
    String prefix = large ? OriginalFamily.CLIP_XL : OriginalFamily.CLIP;
    ClipLayout first = new ClipLayout(take(file, prefix, rest));
    ObjectNode config = first.config();
    components.put("text_encoder", clip("CLIPTextModel", config, first.rename()));
    if (!large) {
      return config.path("hidden_size").asLong();
    }
    OpenClipLayout second = new OpenClipLayout(take(file, OriginalFamily.OPEN_CLIP_XL, rest), true);
    components.put(
        "text_encoder_2", clip("CLIPTextModelWithProjection", second.config(), second.rename()));
    return second.projectionSize();
  }

  private static Section takeVae(Path file, Map<String, LazyTensor> rest) {
    for (String prefix : VAE_PREFIXES) {
      Section section = take(file, prefix, rest);
      if (!section.tensors().isEmpty()) {
        return section;
      }
    }
    throw new DoptException(
        ErrorCode.BAD_INPUT,
        file
            + " has no autoencoder (first_stage_model). Use a checkpoint that holds the whole"
            + " pipeline.");
  }

  private static Section take(Path file, String prefix, Map<String, LazyTensor> rest) {
    Section section = Section.of(file, prefix, rest);
    rest.keySet().removeIf(name -> name.startsWith(prefix));
    return section;
  }

  private static OriginalComponent diffusers(ObjectNode config, Renaming tensors) {
    String className = config.path("_class_name").asText();
    return new OriginalComponent("diffusers", className, config, tensors.renamed());
  }

  private static OriginalComponent clip(String className, ObjectNode config, Renaming tensors) {
    config.putArray("architectures").add(className);
    return new OriginalComponent("transformers", className, config, tensors.renamed());
  }

  /** What the family's model_index.json says beside the components. */
  public ObjectNode options() {
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    if (family == OriginalFamily.STABLE_DIFFUSION_XL) {
      options.put("force_zeros_for_empty_prompt", true);
    }
    return options;
  }

  /**
   * The scheduler's config.
   *
   * @throws DoptException (USAGE) when nothing says what the model predicts
   */
  public ObjectNode scheduler() {
    ObjectNode config = family.scheduler(file, predictionType);
    if (zeroSnr) {
      config.put("rescale_betas_zero_snr", true);
    }
    return config;
  }
}
