package io.dopt.tensorrt.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;

/** Through the real library, which loads without a GPU. */
class TensorRtLibraryTest {
  @Test
  void loadsWithoutADriver() {
    TensorRtLibrary library = TensorRtLibrary.load(LibraryPurpose.REFIT);

    assertEquals(LibraryNames.MAJOR, library.version().major());
    assertTrue(library.version().compareTo(LibraryNames.BINDINGS) >= 0, library.toString());
    assertEquals(5, library.files().size(), library.toString());
    assertEquals(library, TensorRtLibrary.load(LibraryPurpose.REFIT), "a second time");
  }

  @Test
  void javaCppAllocatesHoweverLargeTheProcessIs() {
    TensorRtLibrary.load(LibraryPurpose.RUN);

    try (BytePointer bytes = new BytePointer(16)) {
      assertEquals(16, bytes.capacity());
    }
  }
}
