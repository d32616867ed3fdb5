package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A range of the source along one axis: of every row of {@code sourceRow} bytes the bytes from
 * {@code keptFrom} to {@code keptTo} pass, the others are dropped as they stream by.
 */
final class SlicedTensor implements LazyTensor {
  private final LazyTensor source;
  private final int axis;
  private final long begin;
  private final List<Long> shape;
  private final long sourceRow;
  private final long keptFrom;
  private final long keptTo;

  SlicedTensor(LazyTensor source, int axis, long begin, List<Long> shape) {
    this.source = source;
    this.axis = axis;
    this.begin = begin;
    this.shape = shape;
    long inner = source.elementType().bits() / 8;
    for (long dimension : shape.subList(axis + 1, shape.size())) {
      inner *= dimension;
    }
    sourceRow = inner * source.shape().get(axis);
    keptFrom = inner * begin;
    keptTo = inner * (begin + shape.get(axis));
  }

  @Override
  public ElementType elementType() {
    return source.elementType();
  }

  @Override
  public List<Long> shape() {
    return shape;
  }

  @Override
  public String fingerprint() {
    long end = begin + shape.get(axis);
    return "slice(" + axis + "," + begin + "," + end + "," + source.fingerprint() + ")";
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    ChunkBuffer kept = new ChunkBuffer(sink);
    if (source instanceof TensorFile.Slice file && isWorthSeeking()) {
      seekRows(file, kept);
    } else {
      filterRows(kept);
    }
    kept.flush();
  }

  /** Whether reading just what is kept, row by row, beats reading everything. */
  private boolean isWorthSeeking() {
    return keptTo - keptFrom >= 1024 && sourceRow >= 2 * (keptTo - keptFrom);
  }

  private void seekRows(TensorFile.Slice file, ChunkBuffer kept) throws IOException {
    long width = elementType().bits() / 8;
    List<Long> piece = List.of((keptTo - keptFrom) / width);
    for (long row = 0; row < file.byteSize(); row += sourceRow) {
      file.part((row + keptFrom) / width, piece)
          .writeTo(chunk -> kept.append(chunk, chunk.remaining()));
    }
  }

  private void filterRows(ChunkBuffer kept) throws IOException {
    long[] inRow = {0};
    source.writeTo(
        chunk -> {
          while (chunk.hasRemaining()) {
            inRow[0] = (inRow[0] + pass(chunk, inRow[0], kept)) % sourceRow;
          }
        });
  }

  /** Keeps or drops up to the next border in the row; returns how many bytes that were. */
  private long pass(ByteBuffer chunk, long inRow, ChunkBuffer kept) throws IOException {
    boolean keep = inRow >= keptFrom && inRow < keptTo;
    long border = inRow < keptFrom ? keptFrom : keep ? keptTo : sourceRow;
    int bytes = (int) Math.min(border - inRow, chunk.remaining());
    if (keep) {
      kept.append(chunk, bytes);
    } else {
      chunk.position(chunk.position() + bytes);
    }
    return bytes;
  }
}
