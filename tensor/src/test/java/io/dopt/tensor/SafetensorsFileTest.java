package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
  private static final String GOOD =
      "{\"__metadata__\":{\"format\":\"pt\"},"
          + "\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[8,12]},"
          + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}  ";

  @TempDir private Path folder;

  @Test
  void readsTensorsInTheOrderOfTheirData() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(1.5f).putFloat(-2f).putShort((short) 0x3c00).putShort((short) 0xc000);
    try (SafetensorsFile file = SafetensorsFile.open(write(GOOD, data.array()))) {
      assertEquals(List.of("a", "b"), file.names());
      assertEquals(Map.of("format", "pt"), file.metadata());
      LazyTensor a = file.tensor("a").orElseThrow();
      assertEquals(ElementType.FLOAT32, a.elementType());
      assertEquals(List.of(2L, 1L), a.shape());
      assertArrayEquals(new float[] {1.5f, -2f}, DenseTensor.read(a).toFloats());
      assertArrayEquals(
          new float[] {1f, -2f}, DenseTensor.read(file.tensor("b").orElseThrow()).toFloats());
      assertTrue(file.tensor("c").isEmpty());
    }
  }

  @Test
  void readsScalarsAndEmptyTensors() throws IOException {
    String header =
        "{\"empty\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[0,0]},"
            + "\"scalar\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}";
    byte[] seven = {7, 0, 0, 0, 0, 0, 0, 0};
    try (SafetensorsFile file = SafetensorsFile.open(write(header, seven))) {
      assertArrayEquals(
          new long[] {7}, DenseTensor.read(file.tensor("scalar").orElseThrow()).toLongs());
      assertEquals(0, DenseTensor.read(file.tensor("empty").orElseThrow()).toFloats().length);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | is not a JSON object",
        "{\"a\":1} | has no object for \"a\"",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]} | is not valid JSON",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x | is not valid JSON",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} {} | goes on after",
        "{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}} | the dtype \"F31\"",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}} | gives \"a\" 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | list of numbers >= 0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}} | list of numbers >= 0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}} | of the data, which has 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}} | of the data, which has 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}} | two data_offsets",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,9]}} | more than 2 numbers",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | leaves a hole before",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | covers 4 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}} | too"
            + " large to address",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}} | is"
            + " not valid JSON",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | overlaps tensors",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | \"a\" twice",
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | dtype"
            + " twice",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":0}} | unknown key",
        "{\"__metadata__\":{\"k\":1}} | value that is no string, at key \"k\"",
        "{\"__metadata__\":{},\"__metadata__\":{}} | __metadata__ twice",
      })
  void refusesMalformedHeaders(String header, String expected) throws IOException {
    Path path = write(header, new byte[8]);
    DoptException e = assertThrows(DoptException.class, () -> SafetensorsFile.open(path));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, more than the 100000000",
    "-9223372036854775808, header has 9223372036854775808 bytes",
    "100000001, more than the 100000000",
    "93, but has only 100 bytes",
  })
  void refusesHeaderLengthsBeyondTheFile(long length, String expected) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    Path path = Files.write(folder.resolve("length.safetensors"), file.array());
    DoptException e = assertThrows(DoptException.class, () -> SafetensorsFile.open(path));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @Test
  void refusesInvalidUtf8AndOtherEncodings() throws IOException {
    Path latin = write("{\"\u00e9\":1}".getBytes(StandardCharsets.ISO_8859_1), new byte[0]);
    DoptException e = assertThrows(DoptException.class, () -> SafetensorsFile.open(latin));
    assertTrue(e.getMessage().contains("not UTF-8"), e.getMessage());
    Path wide = write("{}".getBytes(StandardCharsets.UTF_16LE), new byte[0]);
    assertThrows(DoptException.class, () -> SafetensorsFile.open(wide));
  }

  @Test
  void readsBeyondTwoGibibytesWithoutHoldingThem() throws IOException {
    long large = 3L << 30;
    String header =
        String.format(
            "{\"large\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                + "\"last\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}",
            large, large, large, large + 4);
    Path path = write(header, new byte[0]);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      ByteBuffer value = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 2.5f);
      channel.write(value, channel.size() + large); // sparse: takes no space on disk
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      LazyTensor last = file.tensor("last").orElseThrow();
      assertArrayEquals(new float[] {2.5f}, DenseTensor.read(last).toFloats());
      LazyTensor whole = file.tensor("large").orElseThrow();
      assertThrows(DoptException.class, () -> DenseTensor.read(whole));
      LazyTensor part = LazyTensors.slice(whole, 0, large - 5, large);
      assertArrayEquals(new long[5], DenseTensor.read(part).toLongs());
    }
  }

  @Test
  void severalThreadsReadAtOnce() throws Exception {
    Map<String, DenseTensor> tensors = new TreeMap<>();
    for (int i = 0; i < 4; i++) {
      float[] values = new float[600_000];
      Arrays.fill(values, i);
      tensors.put("t" + i, DenseTensor.ofFloats(List.of(600_000L), values));
    }
    Path path = folder.resolve("shared.safetensors");
    SafetensorsWriter.write(path, tensors, Map.of());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      List<Future<ByteBuffer>> reads = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        LazyTensor tensor = file.tensor("t" + i % 4).orElseThrow();
        reads.add(threads.submit(() -> DenseTensor.read(tensor).data()));
      }
      for (int i = 0; i < 40; i++) {
        assertEquals(tensors.get("t" + i % 4).data(), reads.get(i).get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(write(GOOD, new byte[12]));
    for (int length = 0; length < whole.length; length++) {
      Path path = folder.resolve("cut.safetensors");
      Files.write(path, Arrays.copyOf(whole, length));
      DoptException e = assertThrows(DoptException.class, () -> SafetensorsFile.open(path));
      assertEquals(ErrorCode.BAD_INPUT, e.code());
    }
  }

  @Test
  void aFileThatShrinksAfterOpeningIsAnErrorNotACrash() throws IOException {
    Path path = write(GOOD, new byte[12]);
    try (SafetensorsFile file = SafetensorsFile.open(path);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 3);
      LazyTensor b = file.tensor("b").orElseThrow();
      DoptException e = assertThrows(DoptException.class, () -> DenseTensor.read(b));
      assertTrue(e.getMessage().contains("tensor b is cut off"), e.getMessage());
    }
  }

  @Test
  void mutatedHeadersNeverEscapeAsAnythingButDoptException() throws IOException {
    byte[] whole = Files.readAllBytes(write(GOOD, new byte[12]));
    Random random = new Random(20261121);
    Path path = folder.resolve("mutated.safetensors");
    int refused = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] mutated = whole.clone();
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        mutated[random.nextInt(mutated.length - 12)] = (byte) random.nextInt(256);
      }
      Files.write(path, mutated);
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        for (String name : file.names()) {
          DenseTensor.read(file.tensor(name).orElseThrow());
        }
      } catch (DoptException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000, "only " + refused + " of 2000 refused");
  }

  private Path write(String header, byte[] data) throws IOException {
    return write(header.getBytes(StandardCharsets.UTF_8), data);
  }

  private Path write(byte[] header, byte[] data) throws IOException {
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header).put(data);
    return Files.write(folder.resolve("file.safetensors"), file.array());
  }
}
