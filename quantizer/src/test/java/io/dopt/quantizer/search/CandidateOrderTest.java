package io.dopt.quantizer.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CandidateOrderTest {
  private static final CandidateOrder ORDER =
      CandidateOrder.of(
          List.of(
              new Candidate("excluded", 1e-9, 1000, 1),
              new Candidate("noisy", 1, 100, 0),
              new Candidate("large", 0.5, 1000, 0),
              new Candidate("b", 0.1, 10, 0),
              new Candidate("a", 0.1, 10, 0)));

  @Test
  void theLeastNoiseForTheMostWorkComesFirst() {
    assertEquals(
        List.of("large", "a", "b", "noisy", "excluded"),
        ORDER.candidates().stream().map(Candidate::layer).toList());
    assertArrayEquals(new long[] {0, 1000, 1010, 1020, 1120, 2120}, ORDER.saved());
  }

  @Test
  void aPlanHasThePrefixInThePrecisionAndAllElseInFloat32() {
    PrecisionPlan all =
        new PrecisionPlan(
            new TreeMap<>(
                Map.of(
                    "large",
                    Precision.INT8,
                    "a",
                    Precision.INT8,
                    "kept",
                    Precision.FLOAT32,
                    "b",
                    Precision.INT8,
                    "noisy",
                    Precision.INT8,
                    "excluded",
                    Precision.FLOAT32)));
    PrecisionPlan plan = ORDER.plan(all, 2, Precision.INT8);
    assertEquals(List.of("a", "large"), plan.quantized());
    assertEquals(all.layers().keySet(), plan.layers().keySet());
    assertEquals(List.of(), ORDER.plan(all, 0, Precision.INT8).quantized());
  }

  @Test
  void groupsAreTheBlocksOfDiffusers() {
    Map<String, String> groups =
        Map.of(
            "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q/MatMul",
            "down_blocks.1.attentions.0",
            "mid_block.resnets.1.conv1/Conv",
            "mid_block.resnets.1",
            "up_blocks.0.upsamplers.0.conv/Conv",
            "up_blocks.0.upsamplers.0",
            "conv_in/Conv",
            "conv_in",
            "no_slash",
            "no_slash");
    groups.forEach((layer, group) -> assertEquals(group, LayerGroup.of(layer)));
  }
}
