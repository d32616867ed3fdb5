package io.dopt.compiler;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Times stages that follow one another, and tells the listener. */
final class StageClock {
  private final CompileListener listener;
  private final Map<String, Duration> stages = new LinkedHashMap<>();
  private long started = System.nanoTime();

  StageClock(CompileListener listener) {
    this.listener = listener;
  }

  void finish(String stage) {
    long now = System.nanoTime();
    Duration duration = Duration.ofNanos(now - started);
    started = now;
    stages.put(stage, duration);
    listener.stageFinished(stage, duration);
  }

  Map<String, Duration> stages() {
    return stages;
  }
}
