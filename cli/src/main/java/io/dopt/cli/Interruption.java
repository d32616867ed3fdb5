package io.dopt.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Ctrl-C: the thread that works is interrupted and given a moment to remove what it has half
 * written, then the JVM exits with 130 as shells expect.
 */
final class Interruption {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private enum State {
    RUNNING,
    ENDED,
    INTERRUPTED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);

  private Interruption() {}

  static Interruption install(Thread worker, PrintStream err) {
    Interruption interruption = new Interruption();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> interruption.stop(worker, err), "dopt-interruption"));
    return interruption;
  }

  private void stop(Thread worker, PrintStream err) {
    if (!state.compareAndSet(State.RUNNING, State.INTERRUPTED)) {
      return;
    }
    err.println("\ndopt: interrupted, cleaning up");
    worker.interrupt();
    try {
      worker.join(GRACE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Says that the command is over.
   *
   * @return whether the JVM is still ours to exit; when it is already shutting down, {@link
   *     System#exit} would wait for {@link #stop}, and that for us
   */
  boolean commandEnded() {
    return state.compareAndSet(State.RUNNING, State.ENDED);
  }
}
