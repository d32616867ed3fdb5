package io.dopt.cli;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.server.DoptServer;
import io.dopt.server.ServerOptions;
import io.dopt.server.StopSignal;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dopt serve}. */
@Command(
    name = "serve",
    header = "Serve a bundle over HTTP.",
    description = {
      "",
      "POST /v1/images makes an image; GET /v1/model, /health/live, /health/ready and /metrics say"
          + " what there is. docs/deploy.md has the requests. Ctrl-C or SIGTERM lets requests finish,"
          + " for some seconds, and ends it with exit code 0.",
      ""
    })
final class ServeCommand extends DoptSubcommand {
  /** Less than an orchestrator or a user waits before killing. */
  private static final Duration GRACE = Duration.ofSeconds(8);

  @Parameters(paramLabel = "BUNDLE", description = "A folder that 'dopt compile' wrote.")
  private Path bundle;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Where to listen (default 127.0.0.1, this machine only; 0.0.0.0: everywhere).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "Port to listen at (default 8080; 0: any free one).")
  private int port;

  @Option(
      names = "--pipelines",
      paramLabel = "N",
      defaultValue = "1",
      description = "Images made side by side, each with engines of its own (default 1).")
  private int pipelines;

  @Option(
      names = "--queue",
      paramLabel = "N",
      defaultValue = "16",
      description = "Requests that may wait; one more is turned away with 429 (default 16).")
  private int queue;

  @Option(
      names = "--max-steps",
      paramLabel = "N",
      defaultValue = "150",
      description = "The most steps a request may ask for (default 150).")
  private int maximumSteps;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      defaultValue = "1048576",
      description = "The most pixels, beside the bundle's own sizes (default 1048576).")
  private long maximumPixels;

  @Option(
      names = "--no-verify",
      description = "Do not compare the bundle's files with their hashes before serving.")
  private boolean noVerify;

  @Mixin private EngineArguments engine;

  private record Listening(String url, Path bundle) {}

  @Override
  public Integer call() throws InterruptedException {
    ServerOptions options =
        new ServerOptions(host, port, pipelines, queue, maximumSteps, maximumPixels, GRACE);
    long start = System.nanoTime();
    Bundle opened = Bundle.open(bundle);
    try (DoptServer server =
        DoptServer.listen(opened, engine.options(console()), options, this::answered)) {
      String verified = "";
      if (!noVerify) {
        opened.verify();
        verified = "verified " + opened.manifest().files().size() + " files, ";
      }
      server.warmUp();
      StopSignal stop = StopSignal.listen();
      InetSocketAddress address = server.address();
      String url = "http://" + address.getHostString() + ":" + address.getPort();
      console()
          .progress(verified + "ready after " + Amount.seconds((System.nanoTime() - start) / 1e9));
      console().result(new Listening(url, bundle), url);
      stop.await();
    }
    console().progress("stopped");
    return 0;
  }

  private void answered(String method, String path, int status, double seconds) {
    if (!path.startsWith("/health/") || status != 200) {
      console()
          .progress(
              String.format(
                  Locale.ROOT, "%s %s %d %s", method, path, status, Amount.seconds(seconds)));
    }
  }
}
