package io.dopt.runtime.engine;

/** Told by a {@link LoopingCall} how far a loop is, on the thread that called it. */
@FunctionalInterface
public interface StepObserver {
  /** Lets the loop run to its end. */
  StepObserver NONE = step -> true;

  /**
   * A step was handed to the engine, which may be still at work on it. An engine keeps no more than
   * a few steps in flight, so that progress means something.
   *
   * @param step counted from 1
   * @return whether to go on; if not, the loop waits for what it handed over, gives nothing and
   *     throws {@link LoopPlan#interrupted}. What this method throws ends the loop in the same way
   *     and is passed on
   */
  boolean enqueued(int step);
}
