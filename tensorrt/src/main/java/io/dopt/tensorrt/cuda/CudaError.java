package io.dopt.tensorrt.cuda;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * The results of the CUDA driver API ({@code CUresult} in {@code cuda.h}) that a user can do
 * something about. Of the others the driver itself knows the names.
 */
enum CudaError {
  OUT_OF_MEMORY(
      2, "the GPU has too little free memory: end other processes on it, or take less at once"),
  STUB_LIBRARY(
      34,
      "the libcuda.so.1 that was found is the toolkit's stub, not a driver: take its folder out of"
          + " LD_LIBRARY_PATH"),
  DEVICE_UNAVAILABLE(
      46, "another process has the GPU to itself (nvidia-smi shows the compute mode)"),
  NO_DEVICE(
      100,
      "the driver sees no GPU: see 'nvidia-smi -L' and CUDA_VISIBLE_DEVICES, and start containers"
          + " with their GPU (--gpus all)"),
  INVALID_DEVICE(101, "there is no such GPU: 'nvidia-smi -L' counts them from 0"),
  NO_BINARY_FOR_GPU(209, "this code was built for other GPUs"),
  ECC_UNCORRECTABLE(214, "the GPU's memory has failed: reset it, and look at 'nvidia-smi -q'"),
  ILLEGAL_ADDRESS(700, "the GPU cannot be used by this process any more: start it again"),
  HOST_MEMORY_ALREADY_REGISTERED(712, "the memory is registered twice"),
  MISALIGNED_ADDRESS(716, "the GPU cannot be used by this process any more: start it again"),
  LAUNCH_FAILED(719, "the GPU cannot be used by this process any more: start it again"),
  SYSTEM_NOT_READY(802, "the GPUs are not ready: start nvidia-fabricmanager"),
  SYSTEM_DRIVER_MISMATCH(
      803, "libcuda.so.1 and the loaded kernel module are of different drivers: restart the host"),
  STREAM_CAPTURE_UNSUPPORTED(900, "the work cannot be recorded as a graph"),
  STREAM_CAPTURE_INVALIDATED(901, "the work cannot be recorded as a graph");

  private final int code;
  private final String advice;

  CudaError(int code, String advice) {
    this.code = code;
    this.advice = advice;
  }

  static Optional<CudaError> of(int code) {
    return Stream.of(values()).filter(error -> error.code == code).findFirst();
  }

  int code() {
    return code;
  }

  /** What it means here and what to do about it. */
  String advice() {
    return advice;
  }

  /** As {@code cuda.h} has it. */
  String driverName() {
    return "CUDA_ERROR_" + name();
  }
}
