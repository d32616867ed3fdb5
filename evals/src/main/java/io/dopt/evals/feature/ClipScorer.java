package io.dopt.evals.feature;

import io.dopt.evals.metric.ImageScore;
import io.dopt.runtime.image.RgbImage;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How well an image fits its prompt: the cosine between the two embeddings of a CLIP (Hessel et
 * al., "CLIPScore", 2021), neither scaled nor cut off at zero, in -1..1.
 */
public final class ClipScorer implements ImageScore {
  private static final int PROMPTS_KEPT = 1024;

  private final ClipModel clip;
  private final FeatureNetwork images;
  private final Map<String, float[]> prompts =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, float[]> eldest) {
          return size() > PROMPTS_KEPT;
        }
      };

  /** Scores by a CLIP that whoever opened it closes. */
  public ClipScorer(ClipModel clip) {
    this(clip, clip);
  }

  /**
   * @param images gives the CLIP's features of images, perhaps remembering some
   */
  public ClipScorer(ClipModel clip, FeatureNetwork images) {
    this.clip = clip;
    this.images = images;
  }

  @Override
  public String name() {
    return "clip";
  }

  @Override
  public String label() {
    return "CLIP score";
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public double score(RgbImage image, String prompt) {
    float[] text = prompts.get(prompt);
    if (text == null) {
      text = clip.textEmbedding(prompt);
      prompts.put(prompt, text);
    }
    return Vectors.cosine(images.features(image).vector(), text);
  }
}
