package io.dopt.quantizer;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Layers that are not quantized, decided before anything is calibrated.
 *
 * @param pattern found anywhere in a layer's name ({@code up_blocks.1.resnets.0.conv1/Conv})
 * @param reason half a sentence, for people
 * @param required whether a pattern that fits no layer is an error: what a user asks for is, a
 *     family's default is not
 */
public record Exclusion(Pattern pattern, String reason, boolean required) {
  /**
   * What a user asks for.
   *
   * @throws DoptException (USAGE) when it is no regular expression
   */
  public static Exclusion byUser(String expression) {
    try {
      return new Exclusion(Pattern.compile(expression), "--exclude " + expression, true);
    } catch (PatternSyntaxException e) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--exclude '" + expression + "' is no regular expression: " + e.getDescription() + ".",
          e);
    }
  }

  /**
   * What is left alone in a diffusers UNet2DConditionModel, after NVIDIA Model-Optimizer's
   * diffusers example: the first and last convolution see and make the latents themselves, what
   * depends on the timestep alone is one row a step and steers everything, shortcuts carry the
   * residual stream.
   */
  public static List<Exclusion> ofUnet() {
    return List.of(
        byFamily("^(conv_in|conv_out)/", "sees or makes the latents"),
        byFamily("(^|\\.)(time_embedding|add_embedding|class_embedding)\\.", "one row a step"),
        byFamily("time_emb_proj/", "one row a step"),
        byFamily("conv_shortcut/", "carries the residual stream"));
  }

  /**
   * What is left alone in a UNet2DConditionModel for TensorRT: {@code proj_out}, too, as in
   * TensorRT 10.6's {@code demo/Diffusion/utils_modelopt.py}.
   */
  static List<Exclusion> ofUnetForTensorRt() {
    List<Exclusion> exclusions = new ArrayList<>(ofUnet());
    exclusions.add(byFamily("proj_out/", "makes the residual stream's next value"));
    return List.copyOf(exclusions);
  }

  private static Exclusion byFamily(String expression, String reason) {
    return new Exclusion(Pattern.compile(expression), reason, false);
  }

  /** Whether a layer is meant. */
  public boolean fits(String layer) {
    return pattern.matcher(layer).find();
  }
}
