package io.dopt.server.launch;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.server.DoptServer;
import io.dopt.server.StopSignal;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.PrintStream;
import java.util.Locale;

/** Serves the bundle of a container until it is told to stop (SIGTERM), which ends it with 0. */
public final class Main {
  private Main() {}

  /** Starts; fails with the exit code of the error ({@code docs/exit-codes.md}). */
  public static void main(String[] arguments) {
    PrintStream log = System.err;
    try {
      serve(new Environment(System.getenv()).read(), log);
    } catch (DoptException e) {
      if (e.code() == ErrorCode.INTERRUPTED) {
        log.println("dopt: stopped before it was ready");
        return; // The process is ending already, with the signal's own exit code.
      }
      log.println("dopt: error: " + e.getMessage());
      System.exit(e.code().exitCode());
    } catch (RuntimeException | Error e) {
      // The threads that listen would keep a process alive that never gets ready.
      e.printStackTrace(log);
      System.exit(ErrorCode.INTERNAL.exitCode());
    }
  }

  private static void serve(Environment.Settings settings, PrintStream log) {
    long start = System.nanoTime();
    DoptServer server =
        DoptServer.listen(
            Bundle.open(settings.bundle()),
            settings.engine(),
            settings.server(),
            (method, path, status, seconds) -> {
              // Health is asked every few seconds; when it is well, that is no news.
              if (!path.startsWith("/health/") || status != 200) {
                log.println(
                    String.format(Locale.ROOT, "%s %s %d %.3f s", method, path, status, seconds));
              }
            });
    log.println("dopt: listening at port " + server.address().getPort());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server, log), "close server"));
    server.warmUp();
    StopSignal stop = StopSignal.listen();
    log.println(
        String.format(Locale.ROOT, "dopt: ready after %.1f s", (System.nanoTime() - start) / 1e9));
    try {
      stop.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.exit(0); // the hook closes the server
  }

  private static void close(DoptServer server, PrintStream log) {
    server.close();
    log.println("dopt: stopped");
  }
}
