package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Several tensors one after the other along an axis. Along the outermost axis they are poured in
 * turn; along an inner one their rows are interleaved in windows of bounded size.
 */
record ConcatenatedTensor(List<LazyTensor> sources, int axis, List<Long> shape)
    implements LazyTensor {
  private static final int WINDOW_BYTES = 32 << 20;

  @Override
  public ElementType elementType() {
    return sources.get(0).elementType();
  }

  @Override
  public String fingerprint() {
    return sources.stream()
        .map(LazyTensor::fingerprint)
        .collect(Collectors.joining(",", "concatenate(" + axis + ",", ")"));
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    long rows = 1;
    for (long dimension : shape.subList(0, axis)) {
      rows *= dimension;
    }
    if (rows == 1) {
      for (LazyTensor source : sources) {
        source.writeTo(sink);
      }
    } else if (byteSize() > 0) {
      long rowBytes = byteSize() / rows;
      long windowRows = Math.max(1, Math.min(rows, WINDOW_BYTES / rowBytes));
      byte[] window = new byte[Math.toIntExact(windowRows * rowBytes)];
      for (long begin = 0; begin < rows; begin += windowRows) {
        long end = Math.min(rows, begin + windowRows);
        gather(window, (int) rowBytes, rows, begin, end);
        ChunkBuffer.pour(window, (int) ((end - begin) * rowBytes), sink);
      }
    }
  }

  private void gather(byte[] window, int rowBytes, long rows, long begin, long end)
      throws IOException {
    int column = 0;
    for (LazyTensor source : sources) {
      if (source.byteSize() == 0) {
        continue;
      }
      LazyTensor asRows = LazyTensors.reshape(source, List.of(rows, source.elementCount() / rows));
      int pieceBytes = (int) (source.byteSize() / rows);
      int start = column;
      long[] done = {0};
      LazyTensors.slice(asRows, 0, begin, end)
          .writeTo(chunk -> done[0] = scatter(chunk, done[0], window, start, pieceBytes, rowBytes));
      column += pieceBytes;
    }
  }

  private static long scatter(
      ByteBuffer chunk, long done, byte[] window, int column, int pieceBytes, int rowBytes) {
    long position = done;
    while (chunk.hasRemaining()) {
      int row = (int) (position / pieceBytes);
      int inPiece = (int) (position % pieceBytes);
      int bytes = Math.min(pieceBytes - inPiece, chunk.remaining());
      chunk.get(window, row * rowBytes + column + inPiece, bytes);
      position += bytes;
    }
    return position;
  }
}
