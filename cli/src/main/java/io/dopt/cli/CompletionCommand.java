package io.dopt.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dopt completion}. */
@Command(
    name = "completion",
    header = "Print a completion script for bash and zsh.",
    description = {"", "Use it with:  source <(dopt completion)"})
final class CompletionCommand extends DoptSubcommand {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    console().result(AutoComplete.bash("dopt", spec.root().commandLine()));
    return 0;
  }
}
