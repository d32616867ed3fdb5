package io.dopt.cli;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dopt help}: the same as {@code --help}. */
@Command(name = "help", header = "Explain a command.")
final class HelpCommand extends DoptSubcommand {
  @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command to explain.")
  private Optional<String> command = Optional.empty();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    CommandLine explained = command.isEmpty() ? root : root.getSubcommands().get(command.get());
    if (explained == null) {
      throw new ParameterException(root, "There is no command '" + command.get() + "'.");
    }
    explained.usage(console().out());
    return 0;
  }
}
