package io.dopt.runtime.engine;

import io.dopt.tensor.DoptException;

/**
 * The buffers of a call: fill the inputs, run, read the outputs, as often as wanted; nothing is
 * allocated in between. Not thread-safe.
 */
public interface EngineCall extends AutoCloseable {
  /**
   * The buffer of an input; what is written there stays for the following runs.
   *
   * @throws DoptException (USAGE) when the component has no input of that name
   */
  TensorBuffer input(String name);

  /**
   * The buffer of an output; overwritten by the next run.
   *
   * @throws DoptException (USAGE) when the component has no output of that name
   */
  TensorBuffer output(String name);

  /**
   * Runs the engine on the inputs as they are now.
   *
   * @throws DoptException (ENGINE) when it fails, naming component and file
   */
  void run();

  /** Releases the engine's hold on the buffers. */
  @Override
  void close();
}
