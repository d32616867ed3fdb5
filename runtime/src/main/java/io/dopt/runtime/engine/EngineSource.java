package io.dopt.runtime.engine;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import java.nio.file.Path;

/**
 * An engine in a bundle, not loaded yet.
 *
 * @param bundle that holds it
 * @param component that it is an engine of
 * @param engine its entry in the manifest
 */
public record EngineSource(Bundle bundle, String component, EngineFile engine) {
  /** What the manifest says of the component's inputs and outputs. */
  public ComponentManifest signature() {
    return bundle.component(component);
  }

  /** The engine's file. */
  public Path file() {
    return bundle.file(engine.file());
  }
}
