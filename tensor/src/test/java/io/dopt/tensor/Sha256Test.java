package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The vectors are of FIPS 180-2, appendices B.1 and B.3. */
class Sha256Test {
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void hashesBytesTextAndTheRestOfABuffer() {
    byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);
    assertEquals(ABC, Sha256.of(bytes));
    assertEquals(ABC, Sha256.of("abc"));
    assertEquals(ABC, Sha256.of(ByteBuffer.wrap(new byte[] {0, 'a', 'b', 'c', 0}, 1, 3)));
  }

  @Test
  void hashesFiles(@TempDir Path folder) throws IOException {
    byte[] million = new byte[1_000_000];
    Arrays.fill(million, (byte) 'a');
    Path file = Files.write(folder.resolve("a"), million);
    assertEquals(
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", Sha256.of(file));
  }
}
