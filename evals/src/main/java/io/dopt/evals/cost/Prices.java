package io.dopt.evals.cost;

import java.util.Optional;

/**
 * What a machine costs, as a price file says it.
 *
 * @param currency for readers, in the manner of {@code EUR}
 * @param machinePerHour price of the machine for an hour of wall-clock time
 * @param energyPerKilowattHour price of energy, where it is paid on top of the machine
 * @param framesPerSecond of a video whose frames cost what images cost; absent when no video is
 *     meant
 */
public record Prices(
    String currency,
    double machinePerHour,
    Optional<Double> energyPerKilowattHour,
    Optional<Double> framesPerSecond) {}
