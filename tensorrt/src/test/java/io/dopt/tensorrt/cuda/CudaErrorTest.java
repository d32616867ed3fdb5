package io.dopt.tensorrt.cuda;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaErrorTest {
  /** Codes and names of {@code cuda.h}. */
  @ParameterizedTest
  @CsvSource({
    "2, CUDA_ERROR_OUT_OF_MEMORY, end other processes",
    "34, CUDA_ERROR_STUB_LIBRARY, LD_LIBRARY_PATH",
    "46, CUDA_ERROR_DEVICE_UNAVAILABLE, compute mode",
    "100, CUDA_ERROR_NO_DEVICE, CUDA_VISIBLE_DEVICES",
    "101, CUDA_ERROR_INVALID_DEVICE, nvidia-smi -L",
    "209, CUDA_ERROR_NO_BINARY_FOR_GPU, other GPUs",
    "214, CUDA_ERROR_ECC_UNCORRECTABLE, reset it",
    "700, CUDA_ERROR_ILLEGAL_ADDRESS, start it again",
    "712, CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, twice",
    "716, CUDA_ERROR_MISALIGNED_ADDRESS, start it again",
    "719, CUDA_ERROR_LAUNCH_FAILED, start it again",
    "802, CUDA_ERROR_SYSTEM_NOT_READY, nvidia-fabricmanager",
    "803, CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, restart the host",
    "900, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, graph",
    "901, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, graph"
  })
  void saysWhatAResultMeansAndWhatToDo(int code, String name, String advice) {
    CudaError error = CudaError.of(code).orElseThrow();
    CudaCalls calls = new CudaCalls(null);

    DoptException failure =
        assertThrows(DoptException.class, () -> calls.require(code, "copy 12 bytes to the GPU"));

    assertEquals(name, error.driverName());
    assertEquals(ErrorCode.ENGINE, failure.code());
    String start = "CUDA could not copy 12 bytes to the GPU: " + name + " (" + code + "): ";
    assertTrue(failure.getMessage().startsWith(start), failure.getMessage());
    assertTrue(failure.getMessage().contains(advice), failure.getMessage());
  }

  @Test
  void passesSuccessAndDoesNotKnowEveryError() {
    assertDoesNotThrow(() -> new CudaCalls(null).require(0, "do anything"));
    assertEquals(Optional.empty(), CudaError.of(1));
  }

  @Test
  void saysHowMuchMemoryIsMissing() {
    DoptException failure =
        CudaContext.outOfMemory(
            3_000_000_000L,
            "the scratch memory of unet",
            new MemoryState(1_500_000_000L, 8_000_000_000L));

    assertEquals(ErrorCode.ENGINE, failure.code());
    assertEquals(
        "The GPU has no memory for the scratch memory of unet: it takes 3,000,000,000 bytes, of"
            + " 8,000,000,000 bytes 1,500,000,000 are free (and may be in pieces). End other"
            + " processes on it ('nvidia-smi' shows them), or use a smaller batch or size.",
        failure.getMessage());
  }
}
