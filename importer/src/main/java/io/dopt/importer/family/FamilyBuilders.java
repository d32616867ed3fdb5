package io.dopt.importer.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.dopt.importer.family.nn.Config;
import io.dopt.importer.family.nn.TensorInventory;
import io.dopt.ir.Graph;
import io.dopt.ir.IrException;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The family builders by the Python class they mirror. */
public final class FamilyBuilders {
  private final SortedMap<String, FamilyBuilder> builders = new TreeMap<>();

  /** A registry of the given builders. */
  public FamilyBuilders(Collection<? extends FamilyBuilder> all) {
    all.forEach(builder -> builders.put(builder.className(), builder));
  }

  /** All that dopt has. */
  public static FamilyBuilders standard() {
    return new FamilyBuilders(
        List.of(
            new UNet2DConditionModel(),
            new AutoencoderKL(),
            new AutoencoderTiny(),
            new CLIPTextModel(false),
            new CLIPTextModel(true),
            new CLIPVisionModel(false),
            new CLIPVisionModel(true),
            new CLIPModel()));
  }

  /**
   * The builder of a Python class.
   *
   * @throws DoptException (UNSUPPORTED) naming the classes there are
   */
  public FamilyBuilder of(String className) {
    FamilyBuilder builder = builders.get(className);
    if (builder == null) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "dopt cannot build %s; it can build %s.",
              className, String.join(", ", builders.keySet())));
    }
    return builder;
  }

  /**
   * Builds the graphs of a Python class: one, or {@code vae_encoder} and {@code vae_decoder}.
   *
   * @throws DoptException (UNSUPPORTED, BAD_INPUT) naming the config keys that are unknown, not
   *     honoured, or contradict each other
   */
  public List<Graph> build(String className, FamilyBuilder.Request request) {
    FamilyBuilder builder = of(className);
    try {
      List<Graph> graphs = builder.build(request);
      request.config().finish();
      return graphs;
    } catch (IrException | ArithmeticException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s describes a %s whose parts do not fit together: %s.",
              request.config().origin(), className, e.getMessage()),
          e);
    }
  }

  /**
   * The tensors that a checkpoint of that class and config holds, in the order of the module.
   *
   * @throws DoptException as {@link #build}
   */
  public List<TensorInventory.Request> inventory(String className, JsonNode config) {
    TensorInventory inventory = new TensorInventory();
    Config read = new Config("The config of " + className, config);
    build(className, new FamilyBuilder.Request("model", read, inventory, Optional.empty()));
    return inventory.requests();
  }
}
