package io.dopt.tensorrt.engine;

import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.runtime.engine.EngineSource;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A plan of a bundle that is byte for byte what was built. TensorRT trusts what it reads: a file
 * that is cut short or was changed may end the process, so it never gets to see one.
 *
 * @param title for messages
 * @param file the plan
 * @param bytes its length
 * @param weightBytes length of the files that its weights are in, when it was built without them
 * @param host what it was built on
 * @param weights the ONNX file that its weights are in, when it was built without them
 */
record PlanFile(
    String title, Path file, long bytes, long weightBytes, PlanHost host, Optional<Path> weights) {
  private static final String PLAN = ".plan";
  private static final String ONNX = ".onnx";

  /**
   * Reads the plan once and compares it with the manifest; likewise what its weights are in.
   *
   * @throws DoptException (BAD_INPUT) when the file has another length or hash than the manifest
   *     says, or the bundle lacks what belongs to a plan; (IO) when it cannot be read
   */
  static PlanFile check(EngineSource source) {
    Bundle bundle = source.bundle();
    String path = source.engine().file();
    String title = source.component() + " (" + source.file() + ")";
    if (!bundle.manifest().files().containsKey(PlanHost.FILE)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "The bundle %s has TensorRT plans but no %s, which says what they run on. Make it with"
                  + " 'dopt build'.",
              bundle.folder(), PlanHost.FILE));
    }
    PlanHost host = PlanHost.read(bundle.file(PlanHost.FILE));
    requireUnchanged(bundle, path);
    List<String> weights = host.stripped() ? weights(source, path, title) : List.of();
    weights.forEach(each -> requireUnchanged(bundle, each));
    return new PlanFile(
        title,
        source.file(),
        entry(bundle, path).bytes(),
        weights.stream().mapToLong(each -> entry(bundle, each).bytes()).sum(),
        host,
        weights.stream().findFirst().map(bundle::file));
  }

  /** The ONNX file beside a plan, and its external data. */
  private static List<String> weights(EngineSource source, String path, String title) {
    Bundle bundle = source.bundle();
    String onnx =
        (path.endsWith(PLAN) ? path.substring(0, path.length() - PLAN.length()) : path) + ONNX;
    if (!bundle.manifest().files().containsKey(onnx)) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s was built without its weights, and the bundle has no '%s' to take them from. Build"
                  + " it again.",
              title, onnx));
    }
    return Stream.concat(Stream.of(onnx), source.signature().weights().stream()).toList();
  }

  private static FileEntry entry(Bundle bundle, String path) {
    return bundle.manifest().files().get(path);
  }

  private static void requireUnchanged(Bundle bundle, String path) {
    FileEntry entry = entry(bundle, path);
    Path file = bundle.file(path);
    try {
      long bytes = Files.size(file);
      if (bytes != entry.bytes() || bytes == 0) {
        throw changed(bundle, path, bytes + " bytes, the manifest says " + entry.bytes());
      }
      String sha256 = Sha256.of(file);
      if (!sha256.equals(entry.sha256())) {
        throw changed(
            bundle, path, "the sha256 " + sha256 + ", the manifest says " + entry.sha256());
      }
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static DoptException changed(Bundle bundle, String path, String difference) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        String.format(
            "'%s' of the bundle %s is not what was built: it has %s. It is incomplete or was changed;"
                + " copy or build it again.",
            path, bundle.folder(), difference));
  }
}
