package io.dopt.tensorrt.cuda;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * NVIDIA's driver on this host, started. Whoever wants to call TensorRT opens it first: without a
 * driver TensorRT's own start ends the process.
 */
public final class CudaDriver {
  /** The library that a driver installs. */
  public static final String LIBRARY = "libcuda.so.1";

  // CUdevice_attribute in cuda.h.
  private static final int COMPUTE_CAPABILITY_MAJOR = 75;
  private static final int COMPUTE_CAPABILITY_MINOR = 76;

  private static final int LONGEST_NAME = 256;

  private final CudaCalls calls;

  private CudaDriver(CudaCalls calls) {
    this.calls = calls;
  }

  /**
   * Loads and starts the driver; any number of times.
   *
   * @throws DoptException (ENGINE) when there is none, it is too old or it does not start, saying
   *     which and what to do
   */
  public static CudaDriver open() {
    CudaFunctions functions;
    try {
      NativeLibrary library = NativeLibrary.getInstance(LIBRARY);
      requireFunctions(library);
      functions = Native.load(LIBRARY, CudaFunctions.class);
    } catch (UnsatisfiedLinkError e) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format(
              "There is no NVIDIA driver here: %s cannot be loaded. Install the driver (525 or newer"
                  + " for CUDA 12), or in a container run it with the host's GPU"
                  + " (--gpus all).",
              LIBRARY),
          e);
    }
    CudaCalls calls = new CudaCalls(functions);
    calls.require(functions.cuInit(0), "start");
    return new CudaDriver(calls);
  }

  private static void requireFunctions(NativeLibrary library) {
    List<String> missing = new ArrayList<>();
    for (String name : boundFunctions()) {
      try {
        library.getFunction(name);
      } catch (UnsatisfiedLinkError e) {
        missing.add(name);
      }
    }
    if (!missing.isEmpty()) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format(
              "The NVIDIA driver (%s) lacks %s: it is older than CUDA 11.4 or no driver at all."
                  + " Install a driver of 525 or newer.",
              library.getFile(), String.join(", ", missing)));
    }
  }

  /** The names that are looked up in the library, sorted. */
  static List<String> boundFunctions() {
    return Stream.of(CudaFunctions.class.getDeclaredMethods())
        .map(Method::getName)
        .sorted()
        .toList();
  }

  /** The newest CUDA version that the driver supports, e.g. {@code 13.0}. */
  public String cudaVersion() {
    IntByReference version = new IntByReference();
    calls.require(calls.functions().cuDriverGetVersion(version), "tell its version");
    return version.getValue() / 1000 + "." + version.getValue() % 1000 / 10;
  }

  /** GPUs that this process may use. */
  public int deviceCount() {
    IntByReference count = new IntByReference();
    calls.require(calls.functions().cuDeviceGetCount(count), "count the GPUs");
    return count.getValue();
  }

  /**
   * Describes a GPU; nothing is allocated on it.
   *
   * @param ordinal from 0
   * @throws DoptException (ENGINE) when there is none of that number
   */
  public CudaDevice device(int ordinal) {
    int count = deviceCount();
    if (ordinal < 0 || ordinal >= count) {
      throw new DoptException(
          ErrorCode.ENGINE,
          count == 0
              ? "The NVIDIA driver sees no GPU: " + CudaError.NO_DEVICE.advice() + "."
              : String.format("There is no GPU %d here; they are 0 to %d.", ordinal, count - 1));
    }
    IntByReference device = new IntByReference();
    calls.require(calls.functions().cuDeviceGet(device, ordinal), "find GPU " + ordinal);
    byte[] name = new byte[LONGEST_NAME];
    calls.require(
        calls.functions().cuDeviceGetName(name, name.length, device.getValue()),
        "tell the name of GPU " + ordinal);
    LongByReference bytes = new LongByReference();
    calls.require(
        calls.functions().cuDeviceTotalMem_v2(bytes, device.getValue()),
        "tell the memory of GPU " + ordinal);
    return new CudaDevice(
        calls,
        device.getValue(),
        Native.toString(name, StandardCharsets.UTF_8.name()),
        attribute(device.getValue(), COMPUTE_CAPABILITY_MAJOR),
        attribute(device.getValue(), COMPUTE_CAPABILITY_MINOR),
        bytes.getValue());
  }

  private int attribute(int device, int attribute) {
    IntByReference value = new IntByReference();
    calls.require(
        calls.functions().cuDeviceGetAttribute(value, attribute, device),
        "tell the compute capability");
    return value.getValue();
  }
}
