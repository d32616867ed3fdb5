package io.dopt.runtime.build;

/**
 * What a machine must have for a package's plans.
 *
 * @param computeCapability the least, e.g. {@code 8.9} for fp8
 * @param library the least version of the builder, e.g. {@code 10.0}
 */
public record DeviceRequirements(String computeCapability, String library) {}
