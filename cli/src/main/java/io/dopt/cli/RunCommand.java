package io.dopt.cli;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.tensor.DenseTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt run}. */
@Command(
    name = "run",
    header = "Run one component of a bundle on given tensors.",
    description = {
      "",
      "Tensors are named as the component's inputs and outputs are in diffusers, for example"
          + " sample, timestep and encoder_hidden_states for the unet; 'dopt inspect BUNDLE' lists"
          + " them. Element types are converted."
    })
final class RunCommand extends DoptSubcommand {
  @Parameters(paramLabel = "BUNDLE", description = "A folder that 'dopt compile' wrote.")
  private Path bundle;

  @Option(
      names = "--component",
      required = true,
      paramLabel = "NAME",
      description = "For example text_encoder, unet, vae_decoder.")
  private String component;

  @Option(
      names = "--inputs",
      required = true,
      paramLabel = "FILE",
      description = "A safetensors file with every input.")
  private Path inputs;

  @Option(
      names = "--outputs",
      required = true,
      paramLabel = "FILE",
      description = "The safetensors file to write; replaced when it exists.")
  private Path outputs;

  @Mixin private EngineArguments engine;

  private record TensorDescription(String type, List<Long> shape) {
    static TensorDescription of(DenseTensor tensor) {
      return new TensorDescription(tensor.elementType().text(), tensor.shape());
    }
  }

  private record Result(
      String component, Map<String, TensorDescription> outputs, Path file, double seconds) {}

  @Override
  public Integer call() {
    OutputFile.requirePlace(outputs);
    Map<String, DenseTensor> given = TensorFiles.read(inputs);
    try (ComponentEngines engines =
        new ComponentEngines(
            Imitation.warned(Bundle.open(bundle), console()), engine.options(console()))) {
      long start = System.nanoTime();
      Map<String, DenseTensor> computed = ComponentRunner.run(engines, component, given);
      double seconds = (System.nanoTime() - start) / 1e9;
      TensorFiles.write(outputs, computed);
      Map<String, TensorDescription> described = new LinkedHashMap<>();
      TextTable table = new TextTable("<output", "<type", "<shape");
      computed.forEach(
          (name, tensor) -> {
            described.put(name, TensorDescription.of(tensor));
            table.row(name, tensor.elementType().text(), tensor.shape());
          });
      console()
          .result(
              new Result(component, described, outputs, seconds),
              table + "\nwritten to " + outputs);
      return 0;
    }
  }
}
