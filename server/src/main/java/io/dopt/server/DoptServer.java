package io.dopt.server;

import com.sun.net.httpserver.HttpServer;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP server for one bundle. It is live once it listens, ready once every pipeline has taken a
 * step, and not ready any more while it is closed; {@code docs/deploy.md} lists what it answers.
 */
public final class DoptServer implements AutoCloseable {
  /** Threads beside those that wait for images, so that health is answered when all do. */
  private static final int SPARE_THREADS = 8;

  /**
   * Seconds that a request may take to arrive, head and body, before its connection is closed: one
   * that does not arrive holds a thread. The JDK's server takes this from a property alone, once
   * for the whole process; a user's own value stays.
   */
  private static final String ARRIVAL_PROPERTY = "sun.net.httpserver.maxReqTime";

  private static final String ARRIVAL_SECONDS = "30";

  /** How long those whose images were broken off may take to be told so. */
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  private final Bundle bundle;
  private final EngineOptions engine;
  private final ServerOptions options;
  private final ServerMetrics metrics = new ServerMetrics();
  private final Requests requests = new Requests();
  private final HttpServer http;
  private final ExecutorService threads;
  private volatile Optional<PipelinePool> pool = Optional.empty();
  private volatile boolean ready;
  private boolean closed;

  private DoptServer(
      Bundle bundle, EngineOptions engine, ServerOptions options, ServerListener listener)
      throws IOException {
    this.bundle = bundle;
    this.engine = engine;
    this.options = options;
    ModelDescription model = ModelDescription.of(bundle.manifest(), options);
    ImageHandler images =
        new ImageHandler(
            bundle.manifest(), options, metrics, () -> ready ? pool : Optional.empty());
    Router router =
        new Router(listener)
            .route("GET", "/health/live", request -> Answer.json(200, Map.of("live", true)))
            .route(
                "GET",
                "/health/ready",
                request -> Answer.json(ready ? 200 : 503, Map.of("ready", ready)))
            .route("GET", "/metrics", request -> Answer.text(ServerMetrics.TYPE, metricsText()))
            .route("GET", "/v1/model", request -> Answer.json(200, model))
            .route("POST", "/v1/images", request -> requests.during(() -> images.answer(request)));
    if (System.getProperty(ARRIVAL_PROPERTY) == null) {
      System.setProperty(ARRIVAL_PROPERTY, ARRIVAL_SECONDS);
    }
    http = HttpServer.create(new InetSocketAddress(options.host(), options.port()), 0);
    threads = Executors.newFixedThreadPool(options.pipelines() + options.queue() + SPARE_THREADS);
    http.setExecutor(threads);
    http.createContext("/", router);
  }

  /**
   * Listens; requests for images are turned away (503) until {@link #warmUp}.
   *
   * @throws DoptException (IO) when the address is taken or not this machine's; (UNSUPPORTED) for a
   *     bundle that makes no images, or whose plans are still to be built
   */
  public static DoptServer listen(
      Bundle bundle, EngineOptions engine, ServerOptions options, ServerListener listener) {
    refusePackage(bundle);
    try {
      DoptServer server = new DoptServer(bundle, engine, options, listener);
      server.http.start();
      return server;
    } catch (IOException | UnresolvedAddressException e) {
      throw new DoptException(
          ErrorCode.IO,
          String.format(
              "%s:%d cannot be listened at: %s. Name another address or port.",
              options.host(),
              options.port(),
              e instanceof IOException ? e.getMessage() : "there is no such host"),
          e);
    }
  }

  private static void refusePackage(Bundle bundle) {
    if (BuildPackage.isPackage(bundle)) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          bundle.folder()
              + " is a build package, whose plans are still to be built: without them the CPU would"
              + " imitate the GPU, slowly. Run 'dopt build' on the GPU host first, and serve the"
              + " bundle that it writes.");
    }
  }

  /**
   * Opens the pipelines and takes a step with each; from then on images are made.
   *
   * @throws DoptException (ENGINE) when an engine cannot be loaded or run; (BAD_INPUT) when the
   *     bundle does not fit together; (INTERRUPTED) when the server is closed before it is ready
   */
  public void warmUp() {
    open().warmUp();
    becomeReady();
  }

  /** Either the pool is there for {@link #close} to close, or it is never opened. */
  private synchronized PipelinePool open() {
    if (closed) {
      throw new DoptException(ErrorCode.INTERRUPTED, "The server was closed.");
    }
    PipelinePool opened = new PipelinePool(bundle, engine, options);
    pool = Optional.of(opened);
    return opened;
  }

  private synchronized void becomeReady() {
    ready = !closed;
  }

  private synchronized void takeNoMore() {
    closed = true;
    ready = false;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return http.getAddress();
  }

  private String metricsText() {
    return metrics.text(
        ready,
        pool.map(PipelinePool::waiting).orElse(0),
        pool.map(PipelinePool::working).orElse(0));
  }

  /**
   * Turns further requests away, lets those that it has taken finish for as long as the options
   * say, breaks off the rest and a {@link #warmUp} that is under way, and stops listening.
   */
  @Override
  public void close() {
    takeNoMore();
    requests.awaitNone(options.grace());
    pool.ifPresent(PipelinePool::close);
    requests.awaitNone(LAST_ANSWERS);
    http.stop(0);
    threads.shutdownNow();
  }
}
