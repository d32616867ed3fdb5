package io.dopt.tensorrt.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.tensorrt.nvinfer.ILogger;

/**
 * What TensorRT says while it works. It is kept for the error that may follow; nothing is printed.
 * Engines share it, so it is kept by thread: what a thread was told while it waited for TensorRT is
 * about the engine that it asked. TensorRT keeps its address: whoever hands it over must keep it
 * alive as long.
 */
final class Messages extends ILogger {
  private static final int MOST = 8;
  private static final int LONGEST = 2000;

  private static final int THREADS = 64;

  /** By thread, the one that spoke first in front. */
  private final Map<Long, Deque<String>> errors = new LinkedHashMap<>();

  /** Called by TensorRT, from any of its threads; nothing may be thrown into it. */
  @Override
  public void log(Severity severity, String message) {
    // What arrives here is an object of its own, not the enum's constant: only its value counts.
    if (severity.value <= Severity.kERROR.value) {
      keep(message == null ? "" : message.strip());
    }
  }

  private synchronized void keep(String message) {
    Deque<String> own =
        errors.computeIfAbsent(Thread.currentThread().getId(), thread -> new ArrayDeque<>());
    if (errors.size() > THREADS) {
      errors.remove(errors.keySet().iterator().next());
    }
    if (own.size() == MOST) {
      own.removeFirst();
    }
    own.addLast(message.length() <= LONGEST ? message : message.substring(0, LONGEST) + " ...");
  }

  /** Forgets what this thread was told, before it asks for something else. */
  synchronized void forget() {
    errors.remove(Thread.currentThread().getId());
  }

  /**
   * The last errors that this thread was told as one line, the oldest first, which are then
   * forgotten. Without any those of other threads, some of which TensorRT starts itself; that they
   * may be about something else is said.
   */
  synchronized String take() {
    Deque<String> own = errors.remove(Thread.currentThread().getId());
    if (own != null) {
      return line(own);
    }
    if (errors.isEmpty()) {
      return "TensorRT gives no reason";
    }
    String others = errors.values().stream().map(Messages::line).collect(Collectors.joining("; "));
    errors.clear();
    return "in another thread, perhaps of another engine: " + others;
  }

  private static String line(Deque<String> messages) {
    return String.join("; ", messages).replaceAll("\\s*\\R\\s*", " ");
  }
}
