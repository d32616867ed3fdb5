package io.dopt.evals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.evals.report.EngineLayers;
import io.dopt.evals.report.FusedNodes;
import io.dopt.evals.report.LayerPrecision;
import io.dopt.evals.report.PrecisionDetail;
import io.dopt.evals.report.RangeSeries;
import io.dopt.evals.report.TrialPoint;
import io.dopt.runtime.bundle.EngineKernels;
import io.dopt.runtime.bundle.FusedRegion;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.bundle.PrecisionReport.Layer;
import io.dopt.runtime.bundle.PrecisionReport.LayerRange;
import io.dopt.runtime.bundle.PrecisionReport.Stretch;
import io.dopt.runtime.bundle.PrecisionReport.Trial;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
                        List.of(4.0, 1.5))))
            .withEngines(
                List.of(
                    new EngineKernels(
                        "unet.plan",
                        new TreeMap<>(Map.of("int8", 2)),
                        List.of(new FusedRegion("gemm", "int8", List.of("b/Add", "a/MatMul"))),
                        "a".repeat(64))));
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
                    List.of())),
            List.of(
                new EngineLayers(
                    "unet.plan",
                    new TreeMap<>(Map.of("int8", 2)),
                    List.of(new FusedNodes("gemm", "int8", List.of("a/MatMul", "b/Add"))),
                    "a".repeat(64)))),
        CandidatePrecision.detail(report));
  }
}
