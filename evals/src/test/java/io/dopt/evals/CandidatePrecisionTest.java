package io.dopt.evals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.evals.report.LayerPrecision;
import io.dopt.evals.report.PrecisionDetail;
import io.dopt.evals.report.RangeSeries;
import io.dopt.evals.report.TrialPoint;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.bundle.PrecisionReport.Layer;
import io.dopt.runtime.bundle.PrecisionReport.LayerRange;
import io.dopt.runtime.bundle.PrecisionReport.Stretch;
import io.dopt.runtime.bundle.PrecisionReport.Trial;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CandidatePrecisionTest {
  @Test
  void rangesRunAsImagesAreSampled() {
    PrecisionReport report =
        PrecisionReport.of(
                "unet",
                "int8, per channel",
                List.of(Layer.planned("conv_in/Conv", "int8").withFound("int8", "QLinearConv")))
            .withTrials(List.of(new Trial("all int8", 0.97, 31.5, true)))
            .withRanges(
                List.of(
                    new LayerRange(
                        "conv_in/Conv",
                        List.of(new Stretch(0, 500), new Stretch(500, 1000)),
                        List.of(-2.0, -1.0),
                        List.of(4.0, 1.5))));
    assertEquals(
        new PrecisionDetail(
            "int8, per channel",
            List.of(
                new LayerPrecision(
                    "conv_in/Conv",
                    "int8",
                    Optional.of("int8"),
                    Optional.of("QLinearConv"),
                    Optional.empty())),
            List.of(new TrialPoint("all int8", 0.97, 31.5, true)),
            List.of(
                new RangeSeries(
                    "conv_in/Conv",
                    List.of(750.0, 250.0),
                    List.of(-1.0, -2.0),
                    List.of(1.5, 4.0),
                    List.of(),
                    List.of()))),
        CandidatePrecision.detail(report));
  }
}
