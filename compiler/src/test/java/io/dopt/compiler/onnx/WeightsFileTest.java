package io.dopt.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsFileTest {
  @TempDir Path folder;

  private static Initializer floats(String name, int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    LazyTensor data = DenseTensor.ofFloats(List.of((long) count), values);
    return new Initializer(name, data.shape(), data);
  }

  private static OnnxProgram program(Initializer... initializers) {
    return new OnnxProgram("p", List.of(), List.of(initializers), List.of(), List.of());
  }

  private static long offset(WeightsLayout layout, Initializer initializer) {
    return layout.slot(initializer).orElseThrow().offset();
  }

  @Test
  void tensorsAreAlignedSharedAndInlinedBySize() throws IOException {
    Initializer small = floats("small", 255, 1); // 1020 bytes
    Initializer medium = floats("medium", 300, 2); // 1200 bytes
    Initializer other = floats("other", 257, 3); // 1028 bytes
    Initializer large = floats("large", 1024, 4); // 4096 bytes
    Initializer same = floats("same", 300, 2);
    WeightsLayout layout =
        WeightsLayout.of(List.of(program(small, medium), program(other, same, large)));
    assertTrue(layout.slot(small).isEmpty());
    assertEquals(0, offset(layout, medium));
    assertEquals(1216, offset(layout, other));
    assertEquals(0, offset(layout, same));
    assertEquals(4096, offset(layout, large));
    assertEquals(8192, layout.byteSize());

    Path file = folder.resolve("weights.bin");
    AtomicLong progress = new AtomicLong();
    FileEntry entry = WeightsFile.write(layout, file, progress::addAndGet);
    byte[] written = Files.readAllBytes(file);
    assertEquals(new FileEntry(8192, Sha256.of(written)), entry);
    assertEquals(1200 + 1028 + 4096, progress.get());
    byte[] expected = new byte[1028];
    ((DenseTensor) other.data()).data().duplicate().get(expected);
    assertArrayEquals(expected, Arrays.copyOfRange(written, 1216, 1216 + 1028));
    assertArrayEquals(new byte[16], Arrays.copyOfRange(written, 1200, 1216));
  }

  @Test
  void anInitializerMayShowAnotherShapeOfTheSameTensor() {
    LazyTensor data = floats("w", 300, 1).data();
    Initializer view = new Initializer("view", List.of(300L, 1L), data);
    WeightsLayout layout = WeightsLayout.of(List.of(program(floats("w", 300, 1), view)));
    assertEquals(1200, layout.byteSize());
    assertThrows(
        IllegalArgumentException.class, () -> new Initializer("view", List.of(299L), data));
  }

  @Test
  void aFullDiskIsRefusedBeforeWriting() {
    Path file = folder.resolve("weights.bin");
    DoptException refused =
        assertThrows(DoptException.class, () -> OutputFile.requireSpace(file, Long.MAX_VALUE));
    assertEquals(ErrorCode.IO, refused.code());
    assertTrue(
        refused
            .getMessage()
            .contains("is too full for " + folder.getFileName() + "/weights.bin: it"));
  }

  @Test
  void aTensorThatPoursTooLittleIsADefect() {
    Initializer liar = new Initializer("w", List.of(300L), new ShortTensor());
    WeightsLayout layout = WeightsLayout.of(List.of(program(liar)));
    Path file = folder.resolve("weights.bin");
    DoptException refused =
        assertThrows(DoptException.class, () -> WeightsFile.write(layout, file, bytes -> {}));
    assertEquals(ErrorCode.INTERNAL, refused.code());
  }

  @Test
  void writingWhereAFileIsFails() throws IOException {
    Files.writeString(folder.resolve("model.onnx"), "there");
    DoptException refused =
        assertThrows(
            DoptException.class, () -> OutputFile.write(folder.resolve("model.onnx"), new byte[1]));
    assertEquals(ErrorCode.IO, refused.code());
    assertFalse(Files.readString(folder.resolve("model.onnx")).isEmpty());
  }

  /** Claims 300 floats and pours one. */
  private static final class ShortTensor implements LazyTensor {
    @Override
    public io.dopt.tensor.ElementType elementType() {
      return io.dopt.tensor.ElementType.FLOAT32;
    }

    @Override
    public List<Long> shape() {
      return List.of(300L);
    }

    @Override
    public String fingerprint() {
      return "short";
    }

    @Override
    public void writeTo(io.dopt.tensor.TensorSink sink) throws IOException {
      sink.accept(ByteBuffer.allocate(4));
    }
  }
}
