package io.dopt.importer.family;

import io.dopt.ir.Value;
import io.dopt.ir.pipeline.Component;
import io.dopt.tensor.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether components of a pipeline fit each other. Each runs alone even if not, so this makes notes
 * and not errors.
 */
final class PipelineCheck {
  private PipelineCheck() {}

  /** One sentence for every seam that does not fit. */
  static List<String> notes(Map<String, Component> components) {
    List<String> notes = new ArrayList<>();
    Component unet = components.get("unet");
    if (unet == null) {
      return notes;
    }
    Optional<Dimension> latent = input(components, "vae_decoder", "latent", 1);
    Optional<Dimension> sample = input(components, "unet", "sample", 1);
    compare(notes, "channels of latents", "the vae", latent, "the unet", sample);
    Optional<Dimension> text = input(components, "unet", "encoder_hidden_states", 2);
    Dimension width = Dimension.of(0);
    for (String encoder : List.of("text_encoder", "text_encoder_2")) {
      width = width.plus(output(components, encoder, "last_hidden_state", 2).orElse(zero()));
    }
    compare(notes, "text features", "the text encoders", Optional.of(width), "the unet", text);
    compare(
        notes,
        "pooled text features",
        "text_encoder_2",
        output(components, "text_encoder_2", "text_embeds", 1),
        "the unet",
        input(components, "unet", "text_embeds", 1));
    return notes;
  }

  private static Dimension zero() {
    return Dimension.of(0);
  }

  private static void compare(
      List<String> notes,
      String what,
      String left,
      Optional<Dimension> leftSize,
      String right,
      Optional<Dimension> rightSize) {
    if (leftSize.isPresent() && rightSize.isPresent() && !leftSize.equals(rightSize)) {
      notes.add(
          String.format(
              "The %s of %s (%s) and %s (%s) differ: the components run alone, but not as a"
                  + " pipeline.",
              what, left, leftSize.get(), right, rightSize.get()));
    }
  }

  private static Optional<Dimension> input(
      Map<String, Component> components, String name, String input, int axis) {
    return Optional.ofNullable(components.get(name)).stream()
        .flatMap(component -> component.graph().inputs().stream())
        .filter(value -> value.name().equals(input))
        .map(value -> value.type().shape().get(axis))
        .findFirst();
  }

  private static Optional<Dimension> output(
      Map<String, Component> components, String name, String output, int axis) {
    Optional<Value> value =
        Optional.ofNullable(components.get(name))
            .map(component -> component.graph().outputs().get(output));
    return value.map(found -> found.type().shape().get(axis));
  }
}
