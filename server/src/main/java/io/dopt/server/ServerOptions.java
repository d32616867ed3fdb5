package io.dopt.server;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.time.Duration;

/**
 * How a server is run.
 *
 * @param host name or address to listen at; {@code 0.0.0.0} for every network
 * @param port to listen at; 0 for any free one
 * @param pipelines that make images side by side, each with its engines in memory
 * @param queue how many requests may wait for a pipeline; one more is turned away (429)
 * @param maximumSteps the most denoising steps a request may ask for
 * @param maximumPixels the most pixels an image may have; the bundle's own sizes are always allowed
 * @param grace how long requests that are being worked on may take when the server is closed
 */
public record ServerOptions(
    String host,
    int port,
    int pipelines,
    int queue,
    int maximumSteps,
    long maximumPixels,
    Duration grace) {

  /**
   * @throws DoptException (USAGE) for a number out of range, naming it
   */
  public ServerOptions {
    require(port >= 0 && port <= 65535, "The port is 0 to 65535, not " + port + ".");
    require(pipelines >= 1, "The number of pipelines is 1 or more, not " + pipelines + ".");
    require(queue >= 0, "The queue holds 0 requests or more, not " + queue + ".");
    require(maximumSteps >= 1, "The most steps are 1 or more, not " + maximumSteps + ".");
    require(maximumPixels >= 1, "The most pixels are 1 or more, not " + maximumPixels + ".");
    require(!grace.isNegative(), "The time to finish cannot be negative.");
  }

  /** This machine only, port 8080, one pipeline, a queue of 16, 150 steps, 1024x1024, 30 s. */
  public static ServerOptions defaults() {
    return new ServerOptions("127.0.0.1", 8080, 1, 16, 150, 1024L * 1024, Duration.ofSeconds(30));
  }

  /** With another address. */
  public ServerOptions withAddress(String otherHost, int otherPort) {
    return new ServerOptions(
        otherHost, otherPort, pipelines, queue, maximumSteps, maximumPixels, grace);
  }

  /** With other numbers of pipelines and of requests that wait for one. */
  public ServerOptions withPipelines(int otherPipelines, int otherQueue) {
    return new ServerOptions(
        host, port, otherPipelines, otherQueue, maximumSteps, maximumPixels, grace);
  }

  /** With other limits of what a request may ask for. */
  public ServerOptions withLimits(int otherSteps, long otherPixels) {
    return new ServerOptions(host, port, pipelines, queue, otherSteps, otherPixels, grace);
  }

  /** With another time to finish. */
  public ServerOptions withGrace(Duration otherGrace) {
    return new ServerOptions(host, port, pipelines, queue, maximumSteps, maximumPixels, otherGrace);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new DoptException(ErrorCode.USAGE, message);
    }
  }
}
