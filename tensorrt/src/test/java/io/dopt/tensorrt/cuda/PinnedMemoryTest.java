package io.dopt.tensorrt.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinnedMemoryTest {
  /** Two registrations must not share a page. */
  @ParameterizedTest
  @CsvSource({"0, 4096", "1, 4096", "4096, 4096", "4097, 8192", "100000, 102400"})
  void takesWholePages(int bytes, int expected) {
    ByteBuffer pages = PinnedMemory.pages(bytes, "a test", ByteBuffer::allocateDirect);

    assertEquals(expected, pages.capacity());
    assertEquals(0, Pointer.nativeValue(Native.getDirectBufferPointer(pages)) % PinnedMemory.PAGE);
  }

  @ParameterizedTest
  @CsvSource({"2147475456", "2147475455", "2147471361"})
  void refusesWhatJavaHasNoMemoryFor(int bytes) {
    DoptException refused =
        assertThrows(
            DoptException.class,
            () ->
                PinnedMemory.pages(
                    bytes,
                    "the history",
                    asked -> {
                      assertTrue(asked > bytes, asked + " bytes");
                      throw new OutOfMemoryError("Cannot reserve direct memory");
                    }));

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertTrue(refused.getMessage().contains("-XX:MaxDirectMemorySize"), refused.getMessage());
  }

  @Test
  void refusesMoreThanOneBufferHolds() {
    for (int bytes : new int[] {PinnedMemory.MOST + 1, Integer.MAX_VALUE}) {
      DoptException refused =
          assertThrows(
              DoptException.class,
              () -> PinnedMemory.pages(bytes, "the history", ByteBuffer::allocateDirect));

      assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    }
  }
}
