package io.dopt.cli;

import io.dopt.runtime.scheduler.Schedulers;
import java.util.Iterator;

/** What {@code --scheduler} takes, for help and completion. */
final class SchedulerNames implements Iterable<String> {
  @Override
  public Iterator<String> iterator() {
    return Schedulers.classNames().stream()
        .map(name -> name.replaceFirst("Scheduler$", ""))
        .iterator();
  }
}
