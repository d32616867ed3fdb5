package io.dopt.cli;

import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.runtime.bundle.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Checkpoints with what diffusers made of them, and their bundles as a user gets them. */
final class RecordedFixtures {
  private RecordedFixtures() {}

  /** The committed fixtures, and those of the folder {@code -Ddopt.fixtures} names. */
  static Stream<Path> all() throws IOException {
    List<Path> roots = new ArrayList<>();
    roots.add(Path.of(System.getProperty("dopt.root"), "testdata", "fixtures"));
    String more = System.getProperty("dopt.fixtures", "");
    if (!more.isEmpty()) {
      roots.add(Path.of(more));
    }
    List<Path> found = new ArrayList<>();
    for (Path root : roots) {
      try (Stream<Path> list = Files.list(root)) {
        list.filter(path -> Files.exists(path.resolve("model_index.json")))
            .filter(path -> Files.exists(path.resolve("reference.safetensors")))
            .sorted()
            .forEach(found::add);
      }
    }
    return found.stream();
  }

  /** Import, all passes, compile: what {@code dopt compile} does. */
  static Bundle compile(Path source, Path output) {
    use(
        source,
        model ->
            new Compiler(Targets.standard())
                .compile(model, CompileOptions.to(output), CompileListener.NONE));
    return Bundle.open(output);
  }

  /** Gives {@code user} the pipeline after all passes, while its checkpoint is open. */
  static void use(Path source, Consumer<PipelineModel> user) {
    try (Checkpoint checkpoint = CheckpointReader.open(source, CheckpointOptions.none())) {
      PipelineImporter importer = new PipelineImporter(FamilyBuilders.standard(), false);
      PipelineModel imported = importer.importPipeline(checkpoint).model();
      user.accept(PassPipeline.standard().run(imported).model());
    }
  }
}
