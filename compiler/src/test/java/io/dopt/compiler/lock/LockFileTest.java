package io.dopt.compiler.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockFileTest {
  @TempDir Path folder;

  private static LockFile lock(Map<String, String> sources) {
    return new LockFile(
        1,
        new TreeMap<>(Map.of("dopt", "0.1.0")),
        new TreeMap<>(Map.of("sizes", "512x512")),
        new TreeMap<>(sources),
        new TreeMap<>(Map.of("unet", "ab")),
        new TreeMap<>(Map.of("manifest.json", "cd")));
  }

  private Path write(String text) throws IOException {
    Path file = folder.resolve("dopt.lock");
    Files.writeString(file, text);
    return file;
  }

  @Test
  void isReadAsItWasWritten() throws IOException {
    LockFile lock = lock(Map.of("unet/config.json", "12"));
    String text = new String(lock.toJson(), StandardCharsets.UTF_8);
    assertTrue(text.startsWith("{\n  \"lockVersion\" : 1,\n"), text);
    assertEquals(lock, LockFile.read(write(text)));
  }

  @Test
  void differencesAreNamed() {
    LockFile expected = lock(Map.of("a", "1", "b", "2"));
    assertEquals(List.of(), expected.differences(expected));
    assertEquals(
        List.of(
            "sources.a: absent, expected 1",
            "sources.b: 3, expected 2",
            "sources.c: 4, expected absent"),
        expected.differences(lock(Map.of("b", "3", "c", "4"))));
  }

  @Test
  void hashesAreShortenedAndTextIsRefusedInPlainWords() throws IOException {
    assertEquals(
        List.of("sources.a: bbbbbbbbbbbb..., expected aaaaaaaaaaaa..."),
        lock(Map.of("a", "a".repeat(64))).differences(lock(Map.of("a", "b".repeat(64)))));
    Path file = write("# a README");
    DoptException refused = assertThrows(DoptException.class, () -> LockFile.read(file));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("it is not JSON. Name the"), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{}",
        "{\"lockVersion\": 1}",
        "{\"lockVersion\": 1, \"versions\": {\"a\": null}, \"recipe\": {}, \"sources\": {},"
            + " \"graphs\": {}, \"outputs\": {}}",
        "{\"lockVersion\": 1, \"versions\": {}, \"recipe\": {}, \"sources\": {},"
            + " \"graphs\": {}, \"outputs\": {}, \"more\": 1}",
        "{\"lockVersion\": 1, \"lockVersion\": 1, \"versions\": {}, \"recipe\": {},"
            + " \"sources\": {}, \"graphs\": {}, \"outputs\": {}}",
      })
  void malformedLocksAreRefused(String text) throws IOException {
    Path file = write(text);
    DoptException refused = assertThrows(DoptException.class, () -> LockFile.read(file));
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().startsWith(file + " is not a lock: "), refused.getMessage());
  }

  @Test
  void otherVersionsAreRefused() throws IOException {
    String text = new String(lock(Map.of()).toJson(), StandardCharsets.UTF_8);
    Path file = write(text.replace("\"lockVersion\" : 1", "\"lockVersion\" : 2"));
    DoptException refused = assertThrows(DoptException.class, () -> LockFile.read(file));
    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
  }

  @Test
  void mutatedLocksAreReadOrRefused() throws IOException {
    byte[] json = lock(Map.of("unet/config.json", "12")).toJson();
    Random random = new Random(5);
    for (int i = 0; i < 500; i++) {
      byte[] mutated = json.clone();
      for (int change = 0; change < 1 + random.nextInt(3); change++) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(128);
      }
      Path file = folder.resolve("mutated");
      Files.write(file, mutated);
      try {
        LockFile read = LockFile.read(file);
        assertEquals(List.of(), read.differences(read));
      } catch (DoptException e) {
        assertTrue(
            e.code() == ErrorCode.BAD_INPUT || e.code() == ErrorCode.UNSUPPORTED, e.toString());
      }
    }
  }
}
