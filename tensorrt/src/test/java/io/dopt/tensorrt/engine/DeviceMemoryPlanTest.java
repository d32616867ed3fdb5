package io.dopt.tensorrt.engine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.MemoryState;
import org.junit.jupiter.api.Test;

class DeviceMemoryPlanTest {
  private static final DeviceMemoryPlan CALL =
      DeviceMemoryPlan.of("a call of unet")
          .with("scratch", 3L << 30)
          .with("input 'sample'", 131_072)
          .with("output 'sample'", 131_072);

  @Test
  void addsUp() {
    assertEquals((3L << 30) + 262_144, CALL.bytes());
    assertEquals(Long.MAX_VALUE, CALL.with("history", Long.MAX_VALUE).bytes(), "no overflow");
  }

  @Test
  void passesWhatJustFits() {
    assertDoesNotThrow(
        () -> CALL.requireFits(new MemoryState(CALL.bytes(), 8L << 30), "Take less."));
  }

  @Test
  void saysWhichPartIsHowLarge() {
    DoptException refused =
        assertThrows(
            DoptException.class,
            () -> CALL.requireFits(new MemoryState(CALL.bytes() - 1, 8L << 30), "Take less."));

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertEquals(
        "The GPU has too little memory for a call of unet: it takes 3,072.3 MiB (scratch 3,072.0"
            + " MiB, input 'sample' 0.1 MiB, output 'sample' 0.1 MiB), and of the GPU's 8,192.0 MiB"
            + " there are 3,072.2 MiB free. Take less.",
        refused.getMessage());
  }
}
