package io.dopt.cli;

import io.dopt.evals.gate.Gate;
import io.dopt.evals.gate.GateNames;
import io.dopt.evals.gate.GateSubject;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How much worse a quantized bundle may be: gates on quality against the bundle in float32.
 *
 * @param gates in the order in which they were given; none when empty
 */
record QualityBudget(List<Gate> gates) {
  QualityBudget {
    gates = List.copyOf(gates);
  }

  /**
   * Reads limits such as {@code psnr>=30}, {@code ssim>=0.9}, {@code psnr.p05>=25} and {@code
   * clip.delta>=-0.005}; a metric without a statistic is its mean.
   *
   * @throws DoptException (USAGE) for what is no such limit, or given twice; (UNSUPPORTED) for what
   *     cannot gate
   */
  static QualityBudget parse(List<String> texts, GateNames names) {
    List<Gate> gates = texts.stream().map(text -> Gate.parse(text, names)).toList();
    Set<String> subjects = new HashSet<>();
    for (Gate gate : gates) {
      requireQuality(gate);
      if (!subjects.add(gate.subject().text())) {
        throw new DoptException(
            ErrorCode.USAGE,
            "--quality-budget limits " + gate.subject().text() + " twice. Give one limit.");
      }
    }
    return new QualityBudget(gates);
  }

  private static void requireQuality(Gate gate) {
    boolean quality =
        gate.subject() instanceof GateSubject.PairStatistic
            || gate.subject() instanceof GateSubject.ScoreDelta;
    if (!quality) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--quality-budget '"
              + gate.text()
              + "': a budget limits how much worse images may be, as psnr>=30 does; "
              + gate.subject().text()
              + " is for 'dopt eval --gate'.");
    }
  }
}
