package io.dopt.cli;

import io.dopt.tensor.ErrorCode;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code dopt} command itself: global options and the list of commands. */
@Command(
    name = "dopt",
    header = "Turns a diffusion checkpoint into an engine, runs it and proves it.",
    versionProvider = VersionProvider.class,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    footer = {
      "",
      "'dopt COMMAND --help' explains a command; exit codes are in docs/exit-codes.md."
    },
    subcommands = {
      CompileCommand.class,
      BuildCommand.class,
      CalibrateCommand.class,
      GenerateCommand.class,
      RunCommand.class,
      EvalCommand.class,
      BenchCommand.class,
      RefitCommand.class,
      DeployCommand.class,
      ServeCommand.class,
      InspectCommand.class,
      SynthCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    })
final class DoptCommand implements Callable<Integer> {
  private final PrintStream out;
  private final PrintStream err;
  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print the result, or the error, as one JSON document.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "No progress, only results, warnings and errors.")
  private boolean quiet;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Say more; show stack traces of errors.")
  private boolean verbose;

  @Option(
      names = "--no-color",
      scope = ScopeType.INHERIT,
      description = "No colours on a terminal.")
  private boolean noColor;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show versions.")
  private boolean version;

  DoptCommand(PrintStream out, PrintStream err, Terminal terminal) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** How the command that was parsed shall speak. */
  Console console() {
    return new Console(
        out, err, noColor ? terminal.withoutColor() : terminal, json, quiet, verbose);
  }

  @Override
  public Integer call() {
    if (json) {
      throw new ParameterException(spec.commandLine(), "Say what to do: dopt COMMAND.");
    }
    spec.commandLine().usage(err);
    return ErrorCode.USAGE.exitCode();
  }
}
