package io.dopt.tensorrt.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Pointer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.library.Dimensions;
import io.dopt.tensorrt.library.LibraryPurpose;
import io.dopt.tensorrt.library.NativeMemoryFile;
import io.dopt.tensorrt.library.TensorRtLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of the native side needs no GPU, through the real libraries. */
class NativePartsTest {
  @TempDir Path folder;

  @BeforeAll
  static void loadTensorRt() {
    TensorRtLibrary.load(LibraryPurpose.REFIT);
  }

  /** An object of the bindings' own making, which would be freed twice if it kept its owner. */
  private static final class Unowned extends ICudaEngine {
    Unowned() {
      deallocate(false);
    }
  }

  @Test
  void deletesAnObjectByItsVirtualDestructor() {
    for (int round = 0; round < 1000; round++) {
      Unowned engine = new Unowned();
      assertTrue(engine.address() != 0);

      NativeObjects.delete(engine);

      assertTrue(engine.isNull());
      NativeObjects.delete(engine);
    }
  }

  @Test
  void keepsTheLastErrorsAndForgetsThemOnceTold() {
    try (Messages messages = new Messages()) {
      messages.log(ILogger.Severity.kINFO, "all is well");
      assertEquals("TensorRT gives no reason", messages.take());
      for (int error = 0; error < 10; error++) {
        messages.log(ILogger.Severity.kERROR, "error\n" + error + " ");
      }
      messages.log(ILogger.Severity.kINTERNAL_ERROR, "x".repeat(3000));

      String told = messages.take();

      assertTrue(told.startsWith("error 3; error 4; "), told);
      assertTrue(told.endsWith("x ..."), told);
      assertEquals("TensorRT gives no reason", messages.take());
    }
  }

  @Test
  void knowsEveryElementType() {
    for (DataType type : DataType.values()) {
      assertEquals(
          type == DataType.kINT4, LoadedPlan.elementType(type.value).isEmpty(), type.name());
    }
    assertEquals(Optional.of(ElementType.BFLOAT16), LoadedPlan.elementType(DataType.kBF16.value));
    EnumSet<ElementType> distinct = EnumSet.noneOf(ElementType.class);
    for (DataType type : DataType.values()) {
      LoadedPlan.elementType(type.value).ifPresent(distinct::add);
    }
    assertEquals(DataType.values().length - 1, distinct.size());
  }

  @Test
  void takesNoNewerElementTypeForAnother() {
    int newer = DataType.values().length;

    assertEquals(Optional.empty(), LoadedPlan.elementType(newer));
    assertEquals("DataType " + newer, LoadedPlan.typeName(newer));
    assertEquals("kHALF", LoadedPlan.typeName(DataType.kHALF.value));
  }

  @Test
  void tellsAThreadWhatItWasToldItself() throws InterruptedException {
    try (Messages messages = new Messages()) {
      messages.log(ILogger.Severity.kERROR, "an earlier one");
      messages.forget();
      Thread other = new Thread(() -> messages.log(ILogger.Severity.kERROR, "another engine's"));
      other.start();
      other.join();
      messages.log(ILogger.Severity.kERROR, "mine");

      assertEquals("mine", messages.take());
      assertEquals(
          "in another thread, perhaps of another engine: another engine's", messages.take());
      assertEquals("TensorRT gives no reason", messages.take());
    }
  }

  @Test
  void readsShapes() {
    try (Dims64 dims = new Dims64()) {
      dims.nbDims(3);
      dims.d(0, 2).d(1, -1).d(2, 1L << 33);

      assertEquals(List.of(2L, -1L, 1L << 33), Dimensions.of(dims));
      assertEquals(List.of(), Dimensions.of(dims.nbDims(0)));
    }
  }

  @Test
  void readsAFileIntoNativeMemory() throws IOException {
    byte[] content = new byte[100_003];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("plan"), content);

    try (HostMemory memory = HostMemory.read(file, content.length)) {
      byte[] read = new Pointer(memory.address()).getByteArray(0, content.length);
      assertArrayEquals(content, read);
    }
    try (HostMemory memory = HostMemory.read(file, content.length)) {
      Path copy = folder.resolve("copy");
      NativeMemoryFile.write(memory.address(), memory.bytes(), copy);
      assertArrayEquals(content, Files.readAllBytes(copy));
      DoptException twice =
          assertThrows(
              DoptException.class,
              () -> NativeMemoryFile.write(memory.address(), 1, copy.resolve("x")));
      assertEquals(ErrorCode.IO, twice.code());
    }
    DoptException refused =
        assertThrows(DoptException.class, () -> HostMemory.read(file, content.length + 1L));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
  }
}
