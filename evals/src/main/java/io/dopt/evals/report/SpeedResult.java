package io.dopt.evals.report;

import io.dopt.evals.statistics.Estimate;
import java.util.Optional;

/**
 * How long images took. The sides took turns, so that what else the machine did met both.
 *
 * @param candidate the candidate's times
 * @param reference the reference's; absent for a folder of images
 * @param speedup median time per image of the reference over that of the candidate, above 1 when
 *     the candidate is faster; absent unless the reference is another bundle with as many threads
 */
public record SpeedResult(
    Latencies candidate, Optional<Latencies> reference, Optional<Estimate> speedup) {}
