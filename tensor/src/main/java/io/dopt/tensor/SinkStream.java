package io.dopt.tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A stream into a sink, which {@link #close} leaves open: whoever opened the sink ends it. */
public final class SinkStream extends OutputStream {
  private final TensorSink sink;

  /** Pours into the sink, each write as one chunk. */
  public SinkStream(TensorSink sink) {
    this.sink = sink;
  }

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    sink.accept(ByteBuffer.wrap(source, offset, length));
  }
}
