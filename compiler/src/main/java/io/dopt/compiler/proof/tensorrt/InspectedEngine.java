package io.dopt.compiler.proof.tensorrt;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code IEngineInspector::getEngineInformation(kJSON)} says of an engine that was built with
 * detailed profiling verbosity.
 *
 * @param layers in the engine's order, at least one
 */
public record InspectedEngine(List<InspectedLayer> layers) {
  /** A thousand layers take about two MiB. */
  private static final long MAXIMUM_BYTES = 256L << 20;

  public InspectedEngine {
    layers = List.copyOf(layers);
  }

  /**
   * Reads the inspector's JSON, as {@code PlanRequest.inspection} names it.
   *
   * @throws DoptException (IO) when it cannot be read; (ENGINE) as {@link #parse}
   */
  public static InspectedEngine read(Path file) {
    try {
      if (Files.size(file) > MAXIMUM_BYTES) {
        throw new DoptException(
            ErrorCode.ENGINE, file + " is no engine information: it is larger than any of them.");
      }
      return parse(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e, e);
    }
  }

  /**
   * Reads the inspector's JSON. Keys that are not needed may be anything, as TensorRT's versions
   * differ in them; what is needed must be there and of its kind. The control characters that
   * TensorRT writes between names unescaped are accepted.
   *
   * @throws DoptException (ENGINE) saying what is wrong, and for an engine that was built without
   *     detailed profiling verbosity, whose layers are names alone
   */
  public static InspectedEngine parse(byte[] json) {
    return new InspectorJson().read(json);
  }
}
