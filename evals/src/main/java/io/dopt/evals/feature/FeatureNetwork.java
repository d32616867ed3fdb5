package io.dopt.evals.feature;

import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.DoptException;

/** A network that makes features of images. Not thread-safe; whoever opened it closes it. */
public sealed interface FeatureNetwork extends AutoCloseable
    permits ClipModel, OnnxFeatures, RecentFeatures {
  /** What it is, for readers: {@code CLIP shapes-world-clip}. */
  String label();

  /** Whether its vectors are the image embeddings of a CLIP, which CMMD is defined for. */
  boolean isClip();

  /**
   * The features of one image.
   *
   * @throws DoptException (BAD_INPUT) when the image does not fit; (ENGINE) when the engine fails
   */
  ImageFeatures features(RgbImage image);

  @Override
  void close();
}
