package io.dopt.compiler.deploy.triton;

import io.dopt.runtime.bundle.ComponentManifest;
import java.util.List;

/**
 * What an engine file itself calls its tensors, which is what Triton's clients have to call them.
 *
 * @param inputs in the engine's order
 * @param outputs in the manifest's order
 */
record EngineSignature(List<EngineTensor> inputs, List<EngineTensor> outputs) {
  EngineSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** The engine's name for an output that the manifest calls {@code name}. */
  String outputNamed(ComponentManifest component, String name) {
    for (int i = 0; i < component.outputs().size(); i++) {
      if (component.outputs().get(i).name().equals(name)) {
        return outputs.get(i).name();
      }
    }
    throw new IllegalArgumentException("no output " + name);
  }
}
