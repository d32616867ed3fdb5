package io.dopt.tensorrt.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.tensorrt.nvinfer.ILogger;

/**
 * What TensorRT says while it works. It is kept for the error that may follow; nothing is printed.
 * TensorRT keeps its address: whoever hands it over must keep it alive as long.
 */
final class Messages extends ILogger {
  private static final int MOST = 8;
  private static final int LONGEST = 2000;

  private final Deque<String> errors = new ArrayDeque<>();

  /** Called by TensorRT, from any of its threads; nothing may be thrown into it. */
  @Override
  public void log(Severity severity, String message) {
    // What arrives here is an object of its own, not the enum's constant: only its value counts.
    if (severity.value <= Severity.kERROR.value) {
      keep(message == null ? "" : message.strip());
    }
  }

  private synchronized void keep(String message) {
    if (errors.size() == MOST) {
      errors.removeFirst();
    }
    errors.addLast(message.length() <= LONGEST ? message : message.substring(0, LONGEST) + " ...");
  }

  /** The last errors as one line, the oldest first, which are then forgotten. */
  synchronized String take() {
    String text = String.join("; ", errors).replaceAll("\\s*\\R\\s*", " ");
    errors.clear();
    return text.isEmpty() ? "TensorRT gives no reason" : text;
  }
}
