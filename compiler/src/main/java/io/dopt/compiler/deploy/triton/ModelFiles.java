package io.dopt.compiler.deploy.triton;

import io.dopt.compiler.deploy.BundleFiles;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.OutputFolder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Puts engine files where the backends look for them. An ONNX file with external data is a folder
 * {@code model.onnx} that holds a file of that name and, beside it, the data.
 */
final class ModelFiles {
  private final BundleFiles files;
  private final OutputFolder folder;

  /** Where each of the bundle's files lies already. */
  private final Map<String, Path> placed = new HashMap<>();

  ModelFiles(Bundle bundle, OutputFolder folder) {
    this.files = new BundleFiles(bundle);
    this.folder = folder;
  }

  void place(TritonModel model) {
    String version = model.name() + "/1/";
    switch (model.backend()) {
      case ONNX_RUNTIME -> {
        place(model.engine().file(), version + "model.onnx/model.onnx");
        model
            .component()
            .weights()
            .ifPresent(weights -> place(weights, version + "model.onnx/" + beside(model, weights)));
      }
      case TENSOR_RT -> place(model.engine().file(), version + "model.plan");
    }
  }

  /** The data's path from the engine file, as the engine file itself names it. */
  private static String beside(TritonModel model, String weights) {
    String engine = model.engine().file();
    String parent = engine.substring(0, engine.lastIndexOf('/') + 1);
    return weights.startsWith(parent) ? weights.substring(parent.length()) : weights;
  }

  private void place(String path, String target) {
    Path file = folder.resolve(target);
    Path before = placed.putIfAbsent(path, file);
    if (before == null) {
      files.place(path, file);
    } else {
      BundleFiles.repeat(before, file);
    }
  }
}
