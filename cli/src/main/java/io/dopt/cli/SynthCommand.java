package io.dopt.cli;

import io.dopt.importer.synthetic.RandomCheckpoint;
import io.dopt.tensor.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt synth}. */
@Command(
    name = "synth",
    header = "Write a checkpoint with random weights.",
    description = {
      "",
      "For benchmarks without downloads. The weights are those dopt's own builders want for the"
          + " configuration; same configuration, type and seed, same bytes.",
      ""
    })
final class SynthCommand extends DoptSubcommand {
  @Parameters(
      paramLabel = "MODEL",
      description = "sd15, sd21, sdxl, or a folder with the configuration of a checkpoint.")
  private String model;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FOLDER",
      description = "The checkpoint to write.")
  private Path output;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description = "Type of the weights: ${COMPLETION-CANDIDATES} (default f32).")
  private WeightType type;

  @Option(names = "--seed", defaultValue = "0", description = "Seed of the weights (default 0).")
  private long seed;

  @Option(names = "--force", description = "Replace a checkpoint that exists.")
  private boolean force;

  private enum WeightType {
    f32(ElementType.FLOAT32),
    f16(ElementType.FLOAT16),
    bf16(ElementType.BFLOAT16);

    private final ElementType elementType;

    WeightType(ElementType elementType) {
      this.elementType = elementType;
    }
  }

  private record Part(String name, int tensors, long parameters, long bytes) {}

  private record Result(
      Path output, String type, long bytes, double seconds, List<Part> components) {}

  @Override
  public Integer call() {
    RandomCheckpoint checkpoint = RandomCheckpoint.of(model);
    long start = System.nanoTime();
    long bytes;
    try (Progress progress = new Progress()) {
      bytes = checkpoint.write(output, force, type.elementType, seed, progress);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    List<Part> parts = new ArrayList<>();
    TextTable table = new TextTable("<component", "tensors", "parameters", "size");
    for (RandomCheckpoint.Component component : checkpoint.components()) {
      Part part =
          new Part(
              component.name(),
              component.tensors().size(),
              component.parameters(),
              type.elementType.byteSize(component.parameters()));
      parts.add(part);
      table.row(part.name, part.tensors, Amount.count(part.parameters), Amount.bytes(part.bytes));
    }
    String summary =
        output
            + ": "
            + Amount.bytes(bytes)
            + " in "
            + Amount.seconds(seconds)
            + ", "
            + Amount.bytes((long) (bytes / seconds))
            + "/s";
    console()
        .result(new Result(output, type.name(), bytes, seconds, parts), table + "\n" + summary);
    return 0;
  }

  private final class Progress implements RandomCheckpoint.Listener, AutoCloseable {
    private Optional<ProgressLine> line = Optional.empty();

    @Override
    public void componentStarted(RandomCheckpoint.Component component, long bytes) {
      close();
      line = Optional.of(ProgressLine.ofBytes(console(), component.name(), bytes));
    }

    @Override
    public void bytesWritten(long bytes) {
      line.ifPresent(bar -> bar.stepBy(bytes));
    }

    @Override
    public void close() {
      line.ifPresent(ProgressLine::close);
      line = Optional.empty();
    }
  }
}
