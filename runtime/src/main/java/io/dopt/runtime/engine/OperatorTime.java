package io.dopt.runtime.engine;

/**
 * What one kind of operator took in a profile.
 *
 * @param operator the engine's name of it, e.g. {@code Conv}
 * @param calls how often it ran
 * @param microseconds time of all its calls together
 */
public record OperatorTime(String operator, long calls, long microseconds) {}
