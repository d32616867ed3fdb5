package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir private Path folder;

  /** The file was written by safetensors 0.8.0 with tensors of every type and awkward names. */
  @Test
  void writesTheBytesOfTheReferenceImplementation() throws IOException {
    Path reference = folder.resolve("reference.safetensors");
    try (InputStream bytes = getClass().getResourceAsStream("reference.safetensors")) {
      Files.copy(bytes, reference);
    }
    Path copy = folder.resolve("copy.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(reference)) {
      List<String> names = new ArrayList<>(file.names());
      Collections.shuffle(names, new Random(1));
      Map<String, LazyTensor> tensors = new LinkedHashMap<>();
      names.forEach(name -> tensors.put(name, file.tensor(name).orElseThrow()));
      SafetensorsWriter.write(copy, tensors, file.metadata());
    }
    assertArrayEquals(Files.readAllBytes(reference), Files.readAllBytes(copy));
  }

  @Test
  void replacesAFileThatIsThere() throws IOException {
    Path path = Files.writeString(folder.resolve("out.safetensors"), "old");
    SafetensorsWriter.write(path, Map.of("a", DenseTensor.ofFloats(List.of(1L), 2f)), Map.of());
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertEquals(2f, DenseTensor.read(file.tensor("a").orElseThrow()).toFloats()[0]);
    }
  }

  @Test
  void leavesNothingBehindWhenATensorCannotBeRead() throws IOException {
    Path source = folder.resolve("source.bin");
    Files.write(source, new byte[100]);
    Path target = folder.resolve("out.safetensors");
    try (TensorFile file = TensorFile.open(source)) {
      LazyTensor tensor = file.tensor("t", ElementType.UINT8, List.of(100L), 0);
      Files.write(source, new byte[10]);
      assertThrows(
          DoptException.class,
          () -> SafetensorsWriter.write(target, Map.of("t", tensor), Map.of()));
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(source), left.toList());
    }
  }

  @Test
  void refusesTypesTheFormatLacksAndMissingFolders() {
    LazyTensor packed = DenseTensor.of(ElementType.INT4, List.of(2L), ByteBuffer.allocate(1));
    Path target = folder.resolve("out.safetensors");
    DoptException type =
        assertThrows(
            DoptException.class,
            () -> SafetensorsWriter.write(target, Map.of("packed", packed), Map.of()));
    assertEquals(ErrorCode.UNSUPPORTED, type.code());
    assertTrue(type.getMessage().contains("packed"), type.getMessage());
    DoptException missing =
        assertThrows(
            DoptException.class,
            () ->
                SafetensorsWriter.write(
                    folder.resolve("none/out.safetensors"), Map.of(), Map.of()));
    assertEquals(ErrorCode.IO, missing.code());
  }
}
