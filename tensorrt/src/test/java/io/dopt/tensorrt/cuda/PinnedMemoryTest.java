package io.dopt.tensorrt.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinnedMemoryTest {
  /** Two registrations must not share a page. */
  @ParameterizedTest
  @CsvSource({"0, 4096", "1, 4096", "4096, 4096", "4097, 8192", "100000, 102400"})
  void takesWholePages(int bytes, int expected) {
    ByteBuffer pages = PinnedMemory.pages(bytes);

    assertEquals(expected, pages.capacity());
    assertEquals(0, Pointer.nativeValue(Native.getDirectBufferPointer(pages)) % PinnedMemory.PAGE);
  }
}
