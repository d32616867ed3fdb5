package io.dopt.compiler.build;

/** Hears how a build goes. */
public interface BuildListener {
  /** Hears nothing. */
  BuildListener NONE = new BuildListener() {};

  /** A plan is about to be built. */
  default void planStarted(String title) {}

  /** The builder of a plan says how far it is. */
  default void planProgress(String title, String line) {}

  /** A plan is there. */
  default void planFinished(BuiltPlan plan) {}
}
