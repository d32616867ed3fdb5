package io.dopt.tensorrt.engine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanHost;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanFitTest {
  private static final PlanFit HERE = new PlanFit("9.0", "NVIDIA H200", "10.6.1");

  private static PlanHost built(
      String capability,
      String library,
      boolean versionCompatible,
      HardwareCompatibility hardware) {
    return new PlanHost(
        1, "NVIDIA L40S", capability, "580.65.06", library, versionCompatible, hardware, false);
  }

  @ParameterizedTest
  @CsvSource({
    "9.0, 10.6.1, false, NONE",
    "8.9, 10.6.1, false, AMPERE_PLUS",
    "9.0, 10.6.1, true, NONE",
    "9.0, 10.5.2, true, NONE",
    "9.0, 10.6.0, true, NONE"
  })
  void passesWhatRunsHere(
      String capability, String library, boolean compatible, HardwareCompatibility hardware) {
    PlanHost host = built(capability, library, compatible, hardware);

    assertDoesNotThrow(() -> HERE.require("unet", host, true));
  }

  @ParameterizedTest
  @CsvSource({
    "8.9, 10.6.1, false, NONE, compute capability 8.9",
    "9.0, 10.6.0, false, NONE, built by TensorRT 10.6.0",
    "9.0, 10.7.0, true, NONE, built by TensorRT 10.7.0 for it and later versions",
    "9.0, 10.6.2, true, NONE, built by TensorRT 10.6.2",
    "9.0, 9.3.0, true, NONE, built by TensorRT 9.3.0"
  })
  void refusesWhatDoesNot(
      String capability,
      String library,
      boolean compatible,
      HardwareCompatibility hardware,
      String part) {
    PlanHost host = built(capability, library, compatible, hardware);

    DoptException refused =
        assertThrows(DoptException.class, () -> HERE.require("unet", host, true));

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertTrue(refused.getMessage().startsWith("unet was built "), refused.getMessage());
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
    assertTrue(refused.getMessage().contains("dopt build"), refused.getMessage());
  }

  @Test
  void refusesAmpereCompatiblePlansOnOlderGpus() {
    PlanFit turing = new PlanFit("7.5", "Tesla T4", "10.6.1");
    PlanHost host = built("8.0", "10.6.1", false, HardwareCompatibility.AMPERE_PLUS);

    DoptException refused =
        assertThrows(DoptException.class, () -> turing.require("unet", host, false));

    assertTrue(refused.getMessage().contains("for Ampere and newer"), refused.getMessage());
  }

  @Test
  void asksBeforeAPlanRunsCodeOfItsOwn() {
    PlanHost host = built("9.0", "10.6.1", true, HardwareCompatibility.NONE);

    DoptException refused =
        assertThrows(DoptException.class, () -> HERE.require("unet", host, false));

    assertTrue(refused.getMessage().contains("tensorrt.host_code=true"), refused.getMessage());
  }

  @Test
  void refusesAVersionThatIsNone() {
    PlanHost host = built("9.0", "ten", true, HardwareCompatibility.NONE);

    DoptException refused =
        assertThrows(DoptException.class, () -> HERE.require("unet", host, true));

    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("'ten'"), refused.getMessage());
  }

  @Test
  void saysThatAPlanIsOfAnotherGpuOfTheSameKind() {
    PlanHost host = built("9.0", "10.6.1", false, HardwareCompatibility.NONE);

    assertTrue(HERE.warning("unet", host).orElseThrow().contains("NVIDIA L40S"));
    assertEquals(Optional.empty(), HERE.warning("unet", PlanBundle.HOST));
  }
}
