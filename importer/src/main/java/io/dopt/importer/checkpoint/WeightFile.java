package io.dopt.importer.checkpoint;

import io.dopt.importer.checkpoint.pickle.TorchFile;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.SafetensorsFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An open file of named tensors, safetensors or a torch pickle.
 *
 * @param path the file
 * @param tensors what it holds, in its order
 * @param closer closes the file
 */
record WeightFile(Path path, Map<String, LazyTensor> tensors, Runnable closer)
    implements AutoCloseable {

  /** Opens {@code path} by its extension: {@code .safetensors}, or else a torch pickle. */
  static WeightFile open(Path path) {
    Map<String, LazyTensor> tensors = new LinkedHashMap<>();
    if (path.getFileName().toString().endsWith(".safetensors")) {
      SafetensorsFile file = SafetensorsFile.open(path);
      for (String name : file.names()) {
        tensors.put(name, file.tensor(name).orElseThrow());
      }
      return new WeightFile(path, tensors, file::close);
    }
    TorchFile file = TorchFile.open(path);
    return new WeightFile(path, file.tensors(), file::close);
  }

  @Override
  public void close() {
    closer.run();
  }
}
