package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** A matrix less the product of two thin ones, in float32, a row of the product at a time. */
record ResidualTensor(LazyTensor source, DenseTensor left, DenseTensor right)
    implements LazyTensor {
  @Override
  public ElementType elementType() {
    return ElementType.FLOAT32;
  }

  @Override
  public List<Long> shape() {
    return source.shape();
  }

  @Override
  public String fingerprint() {
    return String.format(
        "residual(%s,%s,%s)", left.fingerprint(), right.fingerprint(), source.fingerprint());
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    Product product = new Product();
    ByteBuffer results = ByteBuffer.allocate(ChunkBuffer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    LazyTensors.cast(source, ElementType.FLOAT32)
        .writeTo(
            chunk -> {
              FloatBuffer floats = chunk.asFloatBuffer();
              while (floats.hasRemaining()) {
                results.clear();
                while (floats.hasRemaining() && results.hasRemaining()) {
                  results.putFloat((float) (floats.get() - product.next()));
                }
                sink.accept(results.flip());
              }
            });
  }

  /** Walks the elements of left times right, accumulated in float64. */
  private final class Product {
    private final float[] leftValues = left.toFloats();
    private final float[] rightValues = right.toFloats();
    private final int rank = Math.toIntExact(right.shape().get(0));
    private final double[] row = new double[Math.toIntExact(right.shape().get(1))];
    private int nextRow;
    private int column = row.length;

    double next() {
      if (column == row.length) {
        compute(nextRow++);
        column = 0;
      }
      return row[column++];
    }

    private void compute(int index) {
      Arrays.fill(row, 0);
      for (int i = 0; i < rank; i++) {
        double factor = leftValues[index * rank + i];
        int start = i * row.length;
        for (int j = 0; j < row.length; j++) {
          row[j] += factor * rightValues[start + j];
        }
      }
    }
  }
}
