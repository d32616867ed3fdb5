package io.dopt.cli;

import io.dopt.compiler.build.BuildListener;
import io.dopt.compiler.build.BuiltPlan;

/** Shows a build: a line when a plan is begun, now and then, and when it is there. */
final class BuildProgress implements BuildListener {
  private final Console console;

  BuildProgress(Console console) {
    this.console = console;
  }

  @Override
  public void planStarted(String title) {
    console.progress("building " + title);
  }

  @Override
  public void planProgress(String title, String line) {
    console.progress("  " + line);
  }

  @Override
  public void planFinished(BuiltPlan plan) {
    console.progress(
        String.format(
            "  %s in %s%s",
            Amount.bytes(plan.bytes()),
            Amount.seconds(plan.duration().toNanos() / 1e9),
            plan.cached() ? " (from the cache)" : ""));
  }
}
