package io.dopt.evals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.Verdict;
import io.dopt.evals.report.Verdict.Check;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DegenerateImagesTest {
  @Test
  void passesWhenEveryImageIsOne() {
    Check check =
        DegenerateImages.check(
            "candidate", List.of(sample(0, Optional.empty())), SampleResult::candidateProblem);
    assertTrue(check.passed());
    assertTrue(Verdict.of(List.of(check)).decision().isEmpty());
  }

  @Test
  void namesTheSamplesThatAreNone() {
    List<SampleResult> samples =
        List.of(
            sample(0, Optional.of("it has NaN")),
            sample(1, Optional.empty()),
            sample(2, Optional.of("it is constant")));
    Check check = DegenerateImages.check("candidate", samples, SampleResult::candidateProblem);
    assertEquals(Optional.of(ErrorCode.QUALITY), check.failure());
    assertEquals(List.of(0, 2), check.samples());
    assertTrue(check.explanation().contains("[0, 2]"), check.explanation());
    assertTrue(check.explanation().contains("it has NaN"), check.explanation());
    Check reference = DegenerateImages.check("reference", samples, SampleResult::referenceProblem);
    Verdict verdict = Verdict.of(List.of(reference, check));
    assertEquals(
        Optional.of(new Verdict.Decision(ErrorCode.QUALITY, check.explanation())),
        verdict.decision());
  }

  private static SampleResult sample(int index, Optional<String> problem) {
    return new SampleResult(
        index,
        "prompt",
        index,
        "candidate/0000.png",
        "reference/0000.png",
        problem,
        Optional.empty(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        1,
        Optional.empty());
  }
}
