package io.dopt.runtime.noise;

/** What noise is for; streams of one seed are independent of each other. */
public enum NoiseStream {
  /** What a loop from pure noise starts with, and what image-to-image is noised with. */
  INITIAL(0),
  /** What stochastic schedulers add in their steps. */
  SCHEDULER(1),
  /** The sampling of the VAE's latent distribution. */
  VAE(2);

  private final int code;

  NoiseStream(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
