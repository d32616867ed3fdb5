package io.dopt.tensorrt.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.sun.jna.NativeLibrary;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CudaDriverTest {
  /**
   * Names and parameters, compared with {@code cuda.h} of CUDA 13.0 when they were written; {@code
   * cuda-functions.txt} says how to do it again.
   */
  @Test
  void bindsTheRecordedFunctions() throws IOException {
    List<String> recorded;
    try (var file = getClass().getResourceAsStream("cuda-functions.txt")) {
      recorded =
          new String(file.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList();
    }

    assertEquals(recorded, CudaDriver.boundFunctions());
  }

  @Test
  void saysThatThereIsNoDriverAndWhatToDo() {
    assumeFalse(driverIsHere(), "there is a driver here");

    DoptException refused = assertThrows(DoptException.class, CudaDriver::open);

    assertEquals(ErrorCode.ENGINE, refused.code());
    String message = refused.getMessage();
    assertTrue(message.startsWith("There is no NVIDIA driver here: libcuda.so.1"), message);
    assertTrue(message.contains("--gpus all"), message);
    assertFalse(message.contains("--portable"), message);
    assertFalse(message.contains("\n"), message);
  }

  private static boolean driverIsHere() {
    try {
      NativeLibrary.getInstance(CudaDriver.LIBRARY);
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  @Test
  @Tag("gpu")
  @RequiresGpu
  void describesTheGpu() {
    CudaDriver driver = CudaDriver.open();
    CudaDevice device = driver.device(0);

    assertFalse(device.name().isBlank());
    assertTrue(device.computeCapability().matches("\\d+\\.\\d"), device.computeCapability());
    assertTrue(device.memoryBytes() > 1L << 30, Long.toString(device.memoryBytes()));
    assertTrue(driver.cudaVersion().matches("\\d+\\.\\d+"), driver.cudaVersion());
    DoptException refused = assertThrows(DoptException.class, () -> driver.device(4711));
    assertTrue(refused.getMessage().contains("There is no GPU 4711"), refused.getMessage());
  }
}
