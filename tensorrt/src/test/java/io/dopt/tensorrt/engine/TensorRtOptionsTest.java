package io.dopt.tensorrt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorRtOptionsTest {
  private static TensorRtOptions of(Map<String, String> settings) {
    return TensorRtOptions.of(new EngineOptions(0, settings, Optional.empty()));
  }

  @Test
  void hasDefaults() {
    assertEquals(new TensorRtOptions(0, true, 1, OptionalLong.empty(), false), of(Map.of()));
  }

  @Test
  void readsEverySetting() {
    assertEquals(
        new TensorRtOptions(1, false, 4, OptionalLong.of(5_000_000_000L), true),
        of(
            Map.of(
                "tensorrt.device", "1",
                "tensorrt.cuda_graphs", "false",
                "tensorrt.concurrent_runs", "4",
                "tensorrt.weight_streaming_bytes", "5000000000",
                "tensorrt.host_code", "true")));
  }

  @ParameterizedTest
  @CsvSource({
    "tensorrt.device, -1",
    "tensorrt.device, first",
    "tensorrt.cuda_graphs, yes",
    "tensorrt.concurrent_runs, 0",
    "tensorrt.concurrent_runs, 65",
    "tensorrt.weight_streaming_bytes, 5 GB",
    "tensorrt.host_code, 1",
    "tensorrt.graphs, true"
  })
  void refusesByName(String key, String value) {
    DoptException refused = assertThrows(DoptException.class, () -> of(Map.of(key, value)));

    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().contains(key), refused.getMessage());
  }
}
