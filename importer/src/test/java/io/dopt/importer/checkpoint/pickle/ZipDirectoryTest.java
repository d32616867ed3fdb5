package io.dopt.importer.checkpoint.pickle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipDirectoryTest {
  @TempDir private Path folder;

  @Test
  void findsTheBytesOfStoredEntries() throws IOException {
    byte[] content = "content".getBytes(StandardCharsets.UTF_8);
    Path path = PickleBytes.zip(folder, Map.of("a/data/0", content), ZipEntry.STORED);
    try (TensorFile file = TensorFile.open(path)) {
      ZipDirectory.Range range = ZipDirectory.read(file).get("a/data/0");
      ByteBuffer bytes = ByteBuffer.allocate((int) range.size());
      file.readFully(range.begin(), bytes, "entry");
      assertEquals("content", new String(bytes.array(), StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil", "a/../../evil", "/etc/evil", "a\\..\\evil", "C:evil", "..", "a/.."})
  void refusesNamesThatWouldLeadOutside(String name) throws IOException {
    Path path = PickleBytes.zip(folder, Map.of(name, new byte[1]), ZipEntry.STORED);
    DoptException e = refused(path);
    assertTrue(e.getMessage().contains("an entry named \"" + name + "\""), e.getMessage());
  }

  @Test
  void refusesCompressedEntries() throws IOException {
    Path path = PickleBytes.zip(folder, Map.of("a/data/0", new byte[1 << 20]), ZipEntry.DEFLATED);
    assertTrue(refused(path).getMessage().contains("a/data/0 compressed"));
  }

  @Test
  void refusesAnEntryThatIsThereTwice() throws IOException {
    Path path =
        PickleBytes.zip(folder, Map.of("a/1", new byte[1], "a/2", new byte[1]), ZipEntry.STORED);
    byte[] bytes = Files.readAllBytes(path);
    for (int i = 0; i < bytes.length - 2; i++) {
      if (bytes[i] == 'a' && bytes[i + 1] == '/') {
        bytes[i + 2] = '1';
      }
    }
    Files.write(path, bytes);
    assertTrue(refused(path).getMessage().contains("the entry a/1 twice"));
  }

  @Test
  void readsZip64() throws IOException {
    byte[] content = {1, 2, 3};
    byte[] name = {'a'};
    ByteBuffer zip = ByteBuffer.allocate(400).order(ByteOrder.LITTLE_ENDIAN);
    zip.putInt(0x04034b50).putShort((short) 45).position(26);
    zip.putShort((short) 1).putShort((short) 0).put(name).put(content);
    int directory = zip.position();
    zip.putInt(0x02014b50).position(directory + 20);
    zip.putInt(-1).putInt(-1).putShort((short) 1).putShort((short) 28);
    zip.position(directory + 42);
    zip.putInt(-1).put(name).putShort((short) 1).putShort((short) 24);
    zip.putLong(3).putLong(3).putLong(0);
    int end64 = zip.position();
    zip.putInt(0x06064b50).putLong(44).position(end64 + 40);
    zip.putLong(end64 - directory).putLong(directory);
    zip.putInt(0x07064b50).putInt(0).putLong(end64).putInt(1);
    int end = zip.position();
    zip.putInt(0x06054b50).position(end + 12);
    zip.putInt(-1).putInt(-1).putShort((short) 0);
    byte[] bytes = java.util.Arrays.copyOf(zip.array(), zip.position());
    Path path = Files.write(folder.resolve("zip64.bin"), bytes);
    try (TensorFile file = TensorFile.open(path)) {
      assertEquals(Map.of("a", new ZipDirectory.Range(31, 3)), ZipDirectory.read(file));
    }
    zip.putLong(end64 + 48, 1L << 62);
    Files.write(path, java.util.Arrays.copyOf(zip.array(), zip.position()));
    assertTrue(refused(path).getMessage().contains("beyond its end"));
  }

  private static DoptException refused(Path path) {
    try (TensorFile file = TensorFile.open(path)) {
      return assertThrows(DoptException.class, () -> ZipDirectory.read(file));
    }
  }
}
