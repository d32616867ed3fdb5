package io.dopt.cli;

import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.compiler.cache.CacheOptions;
import io.dopt.evals.feature.ClipModel;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.TemporaryFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A CLIP that is ready to run: opened from its bundle, or compiled from its checkpoint into a
 * temporary folder that closing removes.
 */
final class CompiledClip implements AutoCloseable {
  private final ClipModel model;
  private final Optional<TemporaryFolder> temporary;

  private CompiledClip(ClipModel model, Optional<TemporaryFolder> temporary) {
    this.model = model;
    this.temporary = temporary;
  }

  /**
   * Opens a CLIP.
   *
   * @param path a bundle that 'dopt compile' made of one, or the folder of a checkpoint
   * @param label for readers
   * @throws DoptException (BAD_INPUT) when it is neither; whatever compiling throws
   */
  static CompiledClip open(Path path, String label, EngineOptions options) {
    if (Files.exists(path.resolve(Bundle.MANIFEST))) {
      return new CompiledClip(ClipModel.open(path, label, options), Optional.empty());
    }
    TemporaryFolder folder = TemporaryFolder.create("dopt-clip");
    try {
      Path bundle = folder.path().resolve("clip");
      compile(path, bundle);
      return new CompiledClip(ClipModel.open(bundle, label, options), Optional.of(folder));
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static void compile(Path source, Path bundle) {
    try (Checkpoint checkpoint = CheckpointReader.open(source, CheckpointOptions.none())) {
      if (!checkpoint.pipelineClass().equals(Optional.of(ClipModel.PIPELINE))) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            String.format(
                "%s is no CLIP: it holds a %s. Name the folder of a %s, with its tokenizer and"
                    + " preprocessor_config.json.",
                source,
                checkpoint.pipelineClass().orElseGet(() -> checkpoint.components().toString()),
                ClipModel.PIPELINE));
      }
      PipelineModel imported =
          new PipelineImporter(FamilyBuilders.standard(), false).importPipeline(checkpoint).model();
      Path home = Path.of(System.getProperty("user.home"));
      new Compiler(Targets.standard())
          .compile(
              PassPipeline.standard().run(imported).model(),
              CompileOptions.to(bundle).withCache(CacheOptions.standard(System.getenv(), home)),
              CompileListener.NONE);
    }
  }

  ClipModel model() {
    return model;
  }

  @Override
  public void close() {
    model.close();
    temporary.ifPresent(TemporaryFolder::close);
  }
}
