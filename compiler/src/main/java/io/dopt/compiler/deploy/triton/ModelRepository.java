package io.dopt.compiler.deploy.triton;

import com.google.protobuf.Message;
import io.dopt.compiler.deploy.BundlePlans;
import io.dopt.compiler.deploy.Description;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model repository of Triton Inference Server (docs/user_guide/model_repository.md of
 * triton-inference-server/server). A model's files are hard links to the bundle's where the file
 * system can, else copies; the weights of a component are copied once at most.
 *
 * @param folder to start Triton with
 * @param models what is in it, engines first
 * @param serverOptions without which {@code tritonserver} cannot load the models
 * @param withoutEnsemble why no ensemble is among the models; empty when one is
 */
public record ModelRepository(
    Path folder, List<Model> models, List<String> serverOptions, Optional<String> withoutEnsemble) {
  /** A file of every repository, which says what its models are; Triton passes it over. */
  public static final String DESCRIPTION = "dopt-triton.json";

  /** README.md of triton-inference-server/tensorrt_backend, command-line options. */
  private static final String VERSION_COMPATIBLE =
      "--backend-config=tensorrt,version-compatible=true";

  private record Content(List<Model> models, List<String> serverOptions) {}

  /**
   * A model of the repository.
   *
   * @param name to ask Triton for
   * @param component of the bundle; {@code denoise_step} for an ensemble
   * @param backend e.g. {@code onnxruntime}, {@code tensorrt}, {@code ensemble}
   * @param engine file of the bundle; empty for an ensemble
   * @param bindings the sizes it was specialised for; empty for any
   * @param maximumBatch the largest batch Triton gathers; 0 when requests are run as they come
   */
  public record Model(
      String name,
      String component,
      String backend,
      String engine,
      SortedMap<String, Long> bindings,
      int maximumBatch) {}

  /**
   * Writes a repository, whole or not at all.
   *
   * @param force whether a repository that dopt wrote before may be replaced
   * @throws DoptException (UNSUPPORTED) when Triton cannot run one of the engines; (USAGE) for
   *     options that say nothing to the bundle; (BAD_INPUT) when a file is not what the manifest
   *     says; (IO) when reading or writing fails, or the folder exists
   */
  public static ModelRepository write(
      Bundle bundle, TritonOptions options, Path target, boolean force) {
    TritonModels chosen = new TritonModels(bundle, options);
    List<TritonModel> models = chosen.models();
    List<DenoiseStep> ensembles = chosen.ensembles(models);
    List<String> serverOptions =
        BundlePlans.areVersionCompatible(bundle) ? List.of(VERSION_COMPATIBLE) : List.of();
    ModelConfigs configs = new ModelConfigs(ConfigSchema.read(), options);
    List<Model> described = new ArrayList<>();
    try (OutputFolder folder = OutputFolder.create(target, force, DESCRIPTION)) {
      ModelFiles files = new ModelFiles(bundle, folder);
      for (TritonModel model : models) {
        write(folder.resolve(model.name() + "/config.pbtxt"), configs.of(model));
        files.place(model);
        described.add(
            new Model(
                model.name(),
                model.componentName(),
                model.backend().backend(),
                model.engine().file(),
                model.engine().bindings(),
                model.maximumBatch()));
      }
      for (DenoiseStep ensemble : ensembles) {
        write(folder.resolve(ensemble.name() + "/config.pbtxt"), configs.of(ensemble));
        // Triton wants a version's folder, and object stores and archives keep no empty ones.
        write(folder.resolve(ensemble.name() + "/1/.keep"), new byte[0]);
        described.add(
            new Model(ensemble.name(), "denoise_step", "ensemble", "", new TreeMap<>(), 0));
      }
      write(
          folder.resolve(DESCRIPTION),
          Description.of(bundle, new Content(described, serverOptions)).toJson());
      folder.commit();
    }
    return new ModelRepository(
        target,
        described,
        serverOptions,
        ensembles.isEmpty() ? Optional.of(chosen.withoutEnsemble(models)) : Optional.empty());
  }

  private static void write(Path file, Message config) {
    write(file, ConfigMessage.text(config).getBytes(StandardCharsets.UTF_8));
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw WriteFailure.of(file, content.length, e);
    }
  }
}
