package io.dopt.cli;

import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.SafetensorsFile;
import io.dopt.tensor.SafetensorsWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The safetensors files that commands take and give: few tensors, read whole. */
final class TensorFiles {
  private TensorFiles() {}

  /**
   * All tensors of a file.
   *
   * @throws io.dopt.tensor.DoptException (IO, BAD_INPUT) when it cannot be read
   */
  static Map<String, DenseTensor> read(Path file) {
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      Map<String, DenseTensor> tensors = new LinkedHashMap<>();
      for (String name : opened.names()) {
        tensors.put(name, DenseTensor.read(opened.tensor(name).orElseThrow()));
      }
      return tensors;
    }
  }

  /** Writes a file, replacing one that is there; it appears whole or not at all. */
  static void write(Path file, Map<String, ? extends LazyTensor> tensors) {
    OutputFile.createFolder(file);
    SafetensorsWriter.write(file.toAbsolutePath(), tensors, Map.of());
  }
}
