package io.dopt.cli;

import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.tensor.OutputFolder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The bundle in float32 that a quantized one is held against: compiled beside the output, and gone
 * when this is closed.
 */
final class ReferenceBundle implements AutoCloseable {
  /** Whatever the quantized one is for: on the CPU float32 runs as it is. */
  private static final String CPU = "cpu";

  private final OutputFolder scratch;
  private final Path folder;

  private ReferenceBundle(OutputFolder scratch, Path folder) {
    this.scratch = scratch;
    this.folder = folder;
  }

  /**
   * Compiles it.
   *
   * @param model not quantized
   * @param options of the quantized bundle
   * @throws io.dopt.tensor.DoptException as the compiler
   */
  static ReferenceBundle compile(PipelineModel model, CompileOptions options) {
    Path output = options.output().toAbsolutePath().normalize();
    OutputFolder scratch =
        OutputFolder.temporary(output.resolveSibling(output.getFileName() + ".float32"));
    try {
      Path folder = scratch.resolve("bundle");
      CompileOptions own =
          new CompileOptions(
              folder,
              false,
              CPU,
              options.sizes(),
              options.batches(),
              options.dynamicOnly(),
              false,
              options.cache(),
              options.recipe(),
              Optional.empty());
      new Compiler(Targets.standard()).compile(model, own, CompileListener.NONE);
      return new ReferenceBundle(scratch, folder);
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  /** Where it is. */
  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    scratch.close();
  }
}
