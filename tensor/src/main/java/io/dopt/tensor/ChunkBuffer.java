package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Gathers small pieces of whole elements into chunks for a sink. */
final class ChunkBuffer {
  /** Size of the chunks that transforms pour; a multiple of every element's width. */
  static final int BYTES = 1 << 20;

  private final TensorSink sink;
  private final ByteBuffer pending = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);

  ChunkBuffer(TensorSink sink) {
    this.sink = sink;
  }

  /** Appends {@code bytes} bytes of {@code source} from its position on, and advances it. */
  void append(ByteBuffer source, int bytes) throws IOException {
    int end = source.limit();
    for (int left = bytes; left > 0; ) {
      int piece = Math.min(left, pending.remaining());
      pending.put(source.limit(source.position() + piece));
      source.limit(end);
      left -= piece;
      if (!pending.hasRemaining()) {
        flush();
      }
    }
  }

  /** Pours what is pending. */
  void flush() throws IOException {
    if (pending.position() > 0) {
      sink.accept(pending.flip());
      pending.clear();
    }
  }

  /** Pours {@code bytes} bytes of an array, in chunks. */
  static void pour(byte[] array, int bytes, TensorSink sink) throws IOException {
    for (int start = 0; start < bytes; start += BYTES) {
      int length = Math.min(BYTES, bytes - start);
      sink.accept(ByteBuffer.wrap(array, start, length).slice().order(ByteOrder.LITTLE_ENDIAN));
    }
  }
}
