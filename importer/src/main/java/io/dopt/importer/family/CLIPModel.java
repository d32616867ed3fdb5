package io.dopt.importer.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.importer.family.nn.Config;
import io.dopt.ir.Graph;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * transformers {@code models/clip/modeling_clip.py} CLIPModel: graphs {@code text_model} and {@code
 * vision_model}, whose embeddings of size {@code projection_dim} are compared by their cosine. The
 * learned {@code logit_scale} multiplies cosines in training and is left out.
 */
final class CLIPModel implements FamilyBuilder {
  private static final String TEXT = "text_config";
  private static final String VISION = "vision_config";

  @Override
  public String className() {
    return "CLIPModel";
  }

  @Override
  public Set<String> leftovers() {
    Set<String> leftovers = new HashSet<>(Set.of("logit_scale"));
    leftovers.addAll(CLIPTextModel.LEFTOVERS);
    leftovers.addAll(CLIPVisionModel.LEFTOVERS);
    return leftovers;
  }

  @Override
  public Config textConfig(Config config) {
    return part(config, TEXT);
  }

  @Override
  public List<Graph> build(Request request) {
    Config config = request.config();
    TransformersConfig.acceptGeneralKeys(config);
    config.withoutEffect(List.of("logit_scale_init_value", "initializer_factor"));
    long projection = config.positive("projection_dim", 512);
    Config text = part(config, TEXT);
    Config vision = part(config, VISION);
    List<Graph> graphs =
        List.of(
            CLIPTextModel.part(part(request, TEXT, text), projection),
            CLIPVisionModel.part(part(request, VISION, vision), projection));
    // CLIPModel projects to its own size, whatever the parts' configs say.
    text.withoutEffect(List.of("projection_dim"));
    vision.withoutEffect(List.of("projection_dim"));
    text.finish();
    vision.finish();
    return graphs;
  }

  private static Request part(Request request, String key, Config config) {
    PartWeights weights = new PartWeights(request.weights(), key);
    return new Request(request.component(), config, weights, request.promptLength());
  }

  /**
   * The config of a part. Files of before transformers 4.25 also have {@code text_config_dict} and
   * {@code vision_config_dict}, which decide, defaults included, where they are not null.
   */
  private static Config part(Config config, String key) {
    Optional<JsonNode> usual = config.value(key);
    Optional<JsonNode> legacy = config.value(key + "_dict");
    String deciding = legacy.isPresent() ? key + "_dict" : key;
    return new Config(
        config.origin() + ", " + deciding,
        legacy.or(() -> usual).orElse(JsonNodeFactory.instance.objectNode()));
  }
}
