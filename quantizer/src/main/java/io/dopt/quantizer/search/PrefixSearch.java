package io.dopt.quantizer.search;

import java.util.function.IntPredicate;

/**
 * Finds how many candidates, taken in order, a budget allows. All are tried first, then the usual
 * ones; then the stretch between the longest prefix that held and the shortest that did not is
 * halved by the work saved. No more is assumed than that longer prefixes are seldom better; what is
 * answered was tried and held.
 *
 * @param mostTrials how often a prefix may be tried
 * @param worthwhile the share of all work below which a longer prefix is not looked for
 */
public record PrefixSearch(int mostTrials, double worthwhile) {

  /**
   * The longest prefix found to hold.
   *
   * @param saved work saved by the first 0, 1, ... all candidates, not descending
   * @param usual how many are quantized by default, from 0 to all
   * @param holds tries a prefix of a length of at least 1; none is tried twice
   * @return its length; 0 when none that was tried holds
   */
  public int longest(long[] saved, int usual, IntPredicate holds) {
    int broken = saved.length - 1;
    if (broken == 0 || holds.test(broken)) {
      return broken;
    }
    int held = 0;
    int next = usual > 0 && usual < broken ? usual : middle(saved, held, broken);
    for (int trial = 1; trial < mostTrials && broken - held > 1; trial++) {
      if (holds.test(next)) {
        held = next;
      } else {
        broken = next;
      }
      if (held > 0 && saved[broken] - saved[held] < worthwhile * saved[saved.length - 1]) {
        break;
      }
      next = middle(saved, held, broken);
    }
    return held;
  }

  /** The length strictly between whose work is nearest to half way, if there is one between. */
  private static int middle(long[] saved, int held, int broken) {
    long target = saved[held] + (saved[broken] - saved[held]) / 2;
    int best = held + 1;
    for (int length = held + 1; length < broken; length++) {
      if (Math.abs(saved[length] - target) < Math.abs(saved[best] - target)) {
        best = length;
      }
    }
    return best;
  }
}
