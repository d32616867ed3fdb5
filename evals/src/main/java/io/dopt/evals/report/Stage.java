package io.dopt.evals.report;

/** What time is spent on. */
public enum Stage {
  /** Tokenizing and text encoders, once per image. */
  TEXT_ENCODING("Text encoding"),
  /** One call of the denoiser. */
  DENOISER_STEP("Denoiser, per step"),
  /** The loop's own arithmetic at one step: guidance, scheduler, scaling. */
  SCHEDULER_STEP("Scheduler, per step"),
  /** Latents to image. */
  DECODING("Decoding"),
  /** A whole image. */
  TOTAL("Whole image");

  private final String label;

  Stage(String label) {
    this.label = label;
  }

  /** For readers. */
  public String label() {
    return label;
  }
}
