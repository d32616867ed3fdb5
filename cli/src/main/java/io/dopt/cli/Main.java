package io.dopt.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Where the JVM enters; the launcher {@code ./dopt} starts it. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code ({@code docs/exit-codes.md}). */
  public static void main(String[] arguments) {
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    Optional.ofNullable(System.getProperty("dopt.native"))
        .ifPresent(folder -> EngineLibrary.prepare(Path.of(folder)));
    Interruption interruption = Interruption.install(Thread.currentThread(), err);
    int exitCode = new DoptCommandLine(out, err, Terminal.ofEnvironment()).execute(arguments);
    out.flush();
    err.flush();
    if (interruption.commandEnded()) {
      System.exit(exitCode);
    }
  }

  /** Prompts and paths are UTF-8 whatever the locale says; JDK 17 would follow the locale. */
  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
