package io.dopt.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.ParentCommand;

/** What the commands of dopt share. */
abstract class DoptSubcommand implements Callable<Integer> {
  @ParentCommand private DoptCommand dopt;

  /** How to speak; to be asked after parsing. */
  final Console console() {
    return dopt.console();
  }
}
