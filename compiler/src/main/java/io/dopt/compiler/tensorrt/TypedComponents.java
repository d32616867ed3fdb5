package io.dopt.compiler.tensorrt;

import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.tensor.ElementType;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A pipeline whose components compute in a chosen type. Autoencoders whose activations leave the
 * range of f16 stay in float32, as in diffusers' Stable Diffusion XL pipelines: {@code
 * force_upcast}, which is true where the config says nothing (AutoencoderKL).
 */
public final class TypedComponents {
  private static final String UPCASTING_PIPELINE = "StableDiffusionXL";
  private static final String AUTOENCODER = "vae_";

  private TypedComponents() {}

  /** All components strongly typed. */
  public static PipelineModel apply(PipelineModel model, ElementType computeType) {
    SortedMap<String, Component> components = new TreeMap<>();
    model
        .components()
        .forEach(
            (name, component) ->
                components.put(
                    name,
                    component.withQuantizedGraph(
                        StrongTyping.apply(
                            component.graph(), typeOf(model, name, component, computeType)))));
    return model.withComponents(components);
  }

  /** What a component computes in when {@code wanted} is asked for. */
  static ElementType typeOf(
      PipelineModel model, String name, Component component, ElementType wanted) {
    boolean overflows =
        wanted == ElementType.FLOAT16
            && model.pipelineClass().startsWith(UPCASTING_PIPELINE)
            && name.startsWith(AUTOENCODER)
            && component.config().path("_class_name").asText().equals("AutoencoderKL")
            && component.config().path("force_upcast").asBoolean(true);
    return overflows ? ElementType.FLOAT32 : wanted;
  }
}
