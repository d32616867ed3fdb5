package io.dopt.compiler.deploy.triton;

import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Locale;

/** Which engines of a component become models. */
public enum EngineChoice {
  /**
   * The dynamic engine where Triton can batch requests with it, else the static ones, which are
   * faster; where a component lacks the one kind, the other.
   */
  AUTO,
  /** The static ones only, each good for one shape. */
  STATIC,
  /** The dynamic one only, good for every shape. */
  DYNAMIC,
  /** All, each with weights of its own in memory. */
  ALL;

  /** As the command line and the documents have it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The chosen engines, in the manifest's order.
   *
   * @param batchable whether Triton can batch requests with the dynamic engine
   * @throws DoptException (UNSUPPORTED) when the component has none of the kind
   */
  List<EngineFile> of(String component, List<EngineFile> engines, boolean batchable) {
    List<EngineFile> dynamic = engines.stream().filter(EngineFile::isDynamic).toList();
    List<EngineFile> fixed = engines.stream().filter(engine -> !engine.isDynamic()).toList();
    List<EngineFile> chosen =
        switch (this) {
          case AUTO -> fixed.isEmpty() || batchable && !dynamic.isEmpty() ? dynamic : fixed;
          case STATIC -> fixed;
          case DYNAMIC -> dynamic;
          case ALL -> engines;
        };
    if (chosen.isEmpty()) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "The component '%s' has no %s engine; choose others with --engines.",
              component, this == DYNAMIC ? "dynamic" : "static"));
    }
    return chosen;
  }
}
