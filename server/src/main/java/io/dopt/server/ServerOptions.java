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

  private static final int MOST_PIPELINES = 64;

  /** Each that waits holds a thread. */
  private static final int LONGEST_QUEUE = 1024;

  /** As many as the models of today are trained on. */
  private static final int MOST_STEPS = 1000;

  /** 8192x8192. */
  private static final long MOST_PIXELS = 1L << 26;

  private static final Duration LONGEST_GRACE = Duration.ofHours(1);

  /**
   * @throws DoptException (USAGE) for a number out of range, naming it and the range
   */
  public ServerOptions {
    require("The port", port, 0, 65535);
    require("The number of pipelines", pipelines, 1, MOST_PIPELINES);
    require("The queue's length", queue, 0, LONGEST_QUEUE);
    require("The most steps", maximumSteps, 1, MOST_STEPS);
    require("The most pixels", maximumPixels, 1, MOST_PIXELS);
    require("The time to finish, in seconds,", grace.toSeconds(), 0, LONGEST_GRACE.toSeconds());
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

  private static void require(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format("%s can be %d to %d, and is %d.", what, least, most, value));
    }
  }
}
