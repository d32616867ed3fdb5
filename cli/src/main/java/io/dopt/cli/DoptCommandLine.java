package io.dopt.cli;

import io.dopt.tensor.ErrorCode;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses and runs one command line; every failure becomes one paragraph and an exit code. */
public final class DoptCommandLine {
  private final PrintStream out;
  private final PrintStream err;
  private final Terminal terminal;

  DoptCommandLine(PrintStream out, PrintStream err, Terminal terminal) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** Runs the command and returns its exit code; nothing is thrown. */
  int execute(String... arguments) {
    // Options may be wrong, so these three are looked for by hand where parsing has not succeeded.
    List<String> words = List.of(arguments);
    Terminal effective = words.contains("--no-color") ? terminal.withoutColor() : terminal;
    Console console =
        new Console(
            out,
            err,
            effective,
            words.contains("--json"),
            words.contains("--quiet"),
            words.contains("--verbose"));
    try {
      CommandLine commandLine =
          NumberConverters.register(new CommandLine(new DoptCommand(out, err, terminal)))
              .setExpandAtFiles(false) // a prompt may begin with @
              .setCaseInsensitiveEnumValuesAllowed(true)
              .setUsageHelpAutoWidth(false)
              .setUsageHelpWidth(Math.max(80, Math.min(120, terminal.width())))
              .setColorScheme(
                  CommandLine.Help.defaultColorScheme(effective.color() ? Ansi.ON : Ansi.OFF))
              .setOut(new PrintWriter(out, true))
              .setErr(new PrintWriter(err, true))
              .setParameterExceptionHandler((e, ignored) -> wrongUsage(e, console))
              .setExecutionExceptionHandler((e, ignored, parsed) -> failed(e, parsed, console));
      return commandLine.execute(arguments);
    } catch (Throwable thrown) { // also errors of the JVM: a user gets a paragraph for each
      return report(thrown, console);
    }
  }

  private static int wrongUsage(ParameterException e, Console console) {
    StringBuilder message = new StringBuilder();
    if (e instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().get(0);
      message.append(unmatched(first, e.getCommandLine().getParent() == null));
      List<String> suggestions =
          DiffusersOption.named(first).map(List::of).orElseGet(unmatched::getSuggestions);
      if (!suggestions.isEmpty()) {
        message.append(" Did you mean ").append(String.join(" or ", suggestions)).append('?');
      }
    } else {
      message.append(e.getMessage().replaceFirst("^Error: ", ""));
    }
    if (!message.toString().matches(".*[.?]")) {
      message.append('.');
    }
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    message.append(" See '").append(command).append(" --help'.");
    return report(new ErrorReport(ErrorCode.USAGE, message.toString()), console);
  }

  private static String unmatched(String word, boolean commandExpected) {
    if (word.startsWith("-")) {
      return "There is no option '" + word + "'.";
    }
    return commandExpected
        ? "There is no command '" + word + "'."
        : "There is one argument too many: '" + word + "'.";
  }

  private static int failed(Exception e, ParseResult parsed, Console console) {
    return report(e, console);
  }

  private static int report(Throwable thrown, Console console) {
    Throwable cause = thrown;
    while (cause instanceof CommandLine.ExecutionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (console.verbose()) {
      cause.printStackTrace(console.err());
    }
    return report(ErrorReport.of(cause), console);
  }

  private static int report(ErrorReport report, Console console) {
    if (console.json()) {
      console.out().println(Console.toJson(report.document()));
    }
    if (report.code() != ErrorCode.INTERRUPTED) { // Interruption has said so
      console.error(report.message());
    }
    return report.code().exitCode();
  }
}
