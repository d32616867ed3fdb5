package io.dopt.runtime.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanHostTest {
  private static final PlanHost HOST =
      PlanHost.of(
          new BuildHost("NVIDIA H200", "9.0", 1L << 37, "580.65.06", "10.6.0", List.of("x")),
          BuildOptions.defaults());

  @TempDir private Path folder;

  @Test
  void isReadAsItWasWritten() throws IOException {
    Path file = Files.write(folder.resolve("host.json"), HOST.toJson());

    assertEquals(HOST, PlanHost.read(file));
    assertEquals("9.0", HOST.computeCapability());
  }

  @Test
  void refusesWhatItDoesNotKnow() throws IOException {
    String json = new String(HOST.toJson());
    Path newer = write("newer.json", json.replace("\"formatVersion\": 1", "\"formatVersion\": 2"));
    Path unknown = write("unknown.json", json.replace("\"driver\"", "\"drivers\""));

    assertEquals(ErrorCode.UNSUPPORTED, code(newer));
    assertEquals(ErrorCode.BAD_INPUT, code(unknown));
    assertEquals(ErrorCode.BAD_INPUT, code(write("text.json", "host")));
    assertEquals(ErrorCode.IO, code(folder.resolve("absent.json")));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static ErrorCode code(Path file) {
    return assertThrows(DoptException.class, () -> PlanHost.read(file)).code();
  }
}
