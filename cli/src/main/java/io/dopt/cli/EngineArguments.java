package io.dopt.cli;

import io.dopt.runtime.engine.EngineOptions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options of every command that runs engines. */
final class EngineArguments {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  private int threads;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the engine; as many as there are cores when not given.")
  void setThreads(int count) {
    if (count < 1) {
      throw new ParameterException(
          command.commandLine(), "--threads must be at least 1, not " + count);
    }
    threads = count;
  }

  @Option(
      names = "--engine-option",
      paramLabel = "KEY=VALUE",
      description = "A setting of the engine by its own name, e.g. tensorrt.cuda_graphs=false.")
  private Map<String, String> settings = new TreeMap<>();

  /** The options; more threads than cores only make things slower, which is a warning. */
  EngineOptions options(Console console) {
    int cores = Runtime.getRuntime().availableProcessors();
    if (threads > cores) {
      console.warning(
          "--threads "
              + threads
              + " is more than the "
              + cores
              + " processors there are, which makes the engine slower.");
    }
    return new EngineOptions(threads, settings, Optional.empty());
  }
}
