package io.dopt.server;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * SIGTERM and Ctrl-C (SIGINT) as the ordinary end of a server, instead of the failure (exit codes
 * 143 and 130) that the JVM makes of them. A second one ends the process at once, as without this.
 */
public final class StopSignal {
  private final CountDownLatch received = new CountDownLatch(1);
  private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

  private StopSignal() {}

  /** Listens from now on. Where the JVM keeps signals to itself (-Xrs), they do what they did. */
  public static StopSignal listen() {
    StopSignal stop = new StopSignal();
    for (String name : List.of("TERM", "INT")) {
      stop.take(new Signal(name));
    }
    return stop;
  }

  private synchronized void take(Signal signal) {
    try {
      before.put(signal, Signal.handle(signal, this::stop));
    } catch (IllegalArgumentException e) {
      // Reserved by the JVM: the process ends by the signal.
    }
  }

  private synchronized void stop(Signal signal) {
    before.forEach(Signal::handle);
    received.countDown();
  }

  /** Waits until one of them comes. */
  public void await() throws InterruptedException {
    received.await();
  }
}
