package io.dopt.tensorrt.engine;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Native things that belong together, closed in the reverse order of their making: when the making
 * of a later one fails, or all at the end.
 */
final class Resources implements AutoCloseable {
  private final Deque<Runnable> closers = new ArrayDeque<>();

  void onClose(Runnable closer) {
    closers.push(closer);
  }

  /** Closes all, also when one fails; the first failure is thrown then. */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
