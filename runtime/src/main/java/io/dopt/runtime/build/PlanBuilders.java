package io.dopt.runtime.build;

import java.util.Optional;
import java.util.ServiceLoader;

/** The plan builders of this dopt: none where it was built without GPU support. */
public final class PlanBuilders {
  private PlanBuilders() {}

  /** The builder of plans for {@code runtime}, when there is one. */
  public static Optional<PlanBuilder> find(String runtime) {
    return ServiceLoader.load(PlanBuilder.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(builder -> builder.runtime().equals(runtime))
        .findFirst();
  }
}
