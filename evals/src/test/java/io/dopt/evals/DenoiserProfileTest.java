package io.dopt.evals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.evals.report.LayerTime;
import io.dopt.runtime.engine.NodeTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class DenoiserProfileTest {
  @Test
  void nodesOfAModuleAreALayer() {
    assertEquals(
        List.of(
            new LayerTime("conv_in", List.of("Conv"), 3, 0.5),
            new LayerTime("mid_block.norm", List.of("BatchNormalization", "Reshape"), 2, 1 / 3.0),
            new LayerTime(LayerTime.OF_THE_ENGINE, List.of("ReorderOutput"), 1, 1 / 6.0)),
        DenoiserProfile.layers(
            List.of(
                new NodeTime("conv_in/Conv_nchwc", "Conv", 2, 6000),
                new NodeTime("mid_block.norm/GroupNorm", "BatchNormalization", 2, 3000),
                new NodeTime("mid_block.norm/GroupNorm:1", "Reshape", 2, 1000),
                new NodeTime("ReorderOutput_token_7", "ReorderOutput", 2, 2000))));
  }

  @Test
  void partsOfADecomposedOperatorBelongToItsModule() {
    assertEquals(
        List.of(new LayerTime("attn1", List.of("MatMul", "Softmax"), 3, 1)),
        DenoiserProfile.layers(
            List.of(
                new NodeTime("attn1.Attention/MatMul", "MatMul", 1, 2000),
                new NodeTime("attn1.Attention/Softmax", "Softmax", 1, 1000))));
  }

  @Test
  void theTimeOfALoopHoldsThatOfItsNodes() {
    assertEquals(
        List.of(
            new LayerTime("attn1", List.of("Scan", "MatMulInteger"), 4, 0.8),
            new LayerTime("conv_in", List.of("Conv"), 1, 0.2)),
        DenoiserProfile.layers(
            List.of(
                new NodeTime("attn1/Attention", "Scan", 2, 8000),
                new NodeTime("attn1/Attention:0", "MatMulInteger", 16, 7000),
                new NodeTime("conv_in/Conv", "Conv", 2, 2000))));
  }
}
