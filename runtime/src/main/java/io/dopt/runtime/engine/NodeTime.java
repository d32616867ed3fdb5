package io.dopt.runtime.engine;

/**
 * What one node of an engine's graph took in a profile. The graph is the one that the engine runs,
 * after its own optimizations: a fused node has the name and operator that the engine gave it.
 *
 * @param node its name, which leads back to the module it came from; where it has none, the
 *     engine's own for it
 * @param operator the engine's name of what it runs, e.g. {@code Conv}
 * @param calls how often it ran
 * @param microseconds time of all its calls together
 * @param leastMicroseconds of any run of the engine but the first, which warms up; of the first
 *     when it is the only one
 */
public record NodeTime(
    String node, String operator, long calls, long microseconds, long leastMicroseconds) {

  /** Of a single run. */
  public NodeTime(String node, String operator, long calls, long microseconds) {
    this(node, operator, calls, microseconds, microseconds);
  }
}
