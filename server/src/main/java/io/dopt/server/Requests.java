package io.dopt.server;

import java.io.IOException;
import java.time.Duration;

/** Counts the requests that are being answered, to wait for them. */
final class Requests {
  private int active;

  /** Work whose end is waited for. */
  interface Work {
    Answer run() throws IOException;
  }

  Answer during(Work work) throws IOException {
    synchronized (this) {
      active++;
    }
    try {
      return work.run();
    } finally {
      synchronized (this) {
        active--;
        notifyAll();
      }
    }
  }

  /** Waits until there is none, but not for longer than {@code limit}. */
  synchronized void awaitNone(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    try {
      for (long left = limit.toMillis(); active > 0 && left > 0; ) {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      // Whoever closes the server is in a hurry; what is left is broken off.
      Thread.currentThread().interrupt();
    }
  }
}
