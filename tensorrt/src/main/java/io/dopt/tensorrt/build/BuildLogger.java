package io.dopt.tensorrt.build;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.tensorrt.nvinfer.ILogger;

/**
 * Receives TensorRT's messages, from any of its threads. What is verbose is only counted: it is
 * hundreds of megabytes for a large network, but says when a tactic is timed.
 */
final class BuildLogger extends ILogger {
  private static final int KEPT_ERRORS = 4;
  private static final int TACTICS_A_LINE = 500;
  private static final String TIMING = "Timing Runner:";

  private final Consumer<BuildMessage> tell;
  private final Deque<String> errors = new ArrayDeque<>();
  private int tactics;

  BuildLogger(Consumer<BuildMessage> tell) {
    this.tell = tell;
  }

  @Override
  public void log(Severity severity, String message) {
    receive(severity.value, message);
  }

  /** Values that the bindings do not know are finer than verbose. */
  synchronized void receive(int severity, String message) {
    Severity known =
        Stream.of(Severity.values())
            .filter(each -> each.value == severity)
            .findFirst()
            .orElse(Severity.kVERBOSE);
    switch (known) {
      case kINTERNAL_ERROR -> error("internal error", message);
      case kERROR -> error("error", message);
      case kWARNING -> tell.accept(BuildMessage.log("warning", message));
      case kINFO -> tell.accept(BuildMessage.log("info", message));
      case kVERBOSE -> count(message);
    }
  }

  private void error(String severity, String message) {
    tell.accept(BuildMessage.log(severity, message));
    errors.addLast(message);
    if (errors.size() > KEPT_ERRORS) {
      errors.removeFirst();
    }
  }

  private void count(String message) {
    if (message.contains(TIMING)) {
      tactics++;
      if (tactics % TACTICS_A_LINE == 0) {
        tell.accept(BuildMessage.progress(tactics + " tactics timed"));
      }
    }
  }

  /** Takes the errors until now for none. */
  synchronized void forgetErrors() {
    errors.clear();
  }

  /** The last errors, oldest first. */
  synchronized List<String> errors() {
    return new ArrayList<>(errors);
  }
}
