package io.dopt.runtime.noise;

/**
 * Standard normal values from a seed, the same on every machine.
 *
 * <p>Block {@code n} (0, 1, ...) is Philox4x32-10 of the key {@code (seed low, seed high)} and the
 * counter {@code (n low, n high, stream, 0)}. Its four words {@code w0..w3} give four values by Box
 * and Muller's transform in double precision: with {@code u = (w0 + 1) / 2^32} in (0, 1] and {@code
 * v = w1 / 2^32}, they are {@code sqrt(-2 ln u) cos(2 pi v)} and {@code sqrt(-2 ln u) sin(2 pi v)},
 * then the same of {@code w2} and {@code w3}, each rounded to float32. Streams number 0 for {@link
 * NoiseStream#INITIAL}, 1 for {@code SCHEDULER}, 2 for {@code VAE}.
 *
 * <p>An image owns one generator per stream and draws from it in order, so that its noise does not
 * depend on the batch it is made in.
 */
public final class NormalGenerator {
  private static final double TO_UNIT = 0x1p-32;

  private final int key0;
  private final int key1;
  private final int stream;
  private final int[] block = new int[4];
  private final float[] values = new float[4];
  private long blocks;
  private int used = 4;

  /** The generator at the start of a stream. */
  public NormalGenerator(long seed, NoiseStream stream) {
    this.key0 = (int) seed;
    this.key1 = (int) (seed >>> 32);
    this.stream = stream.code();
  }

  /** Writes the next {@code count} values from {@code offset} on. */
  public void fill(float[] out, int offset, int count) {
    for (int i = offset; i < offset + count; i++) {
      if (used == 4) {
        nextBlock();
      }
      out[i] = values[used++];
    }
  }

  private void nextBlock() {
    block[0] = (int) blocks;
    block[1] = (int) (blocks >>> 32);
    block[2] = stream;
    block[3] = 0;
    Philox4x32.generate(block, key0, key1);
    transform(0);
    transform(2);
    blocks++;
    used = 0;
  }

  /** StrictMath, because Math may differ in the last bit between machines. */
  private void transform(int first) {
    double u = (Integer.toUnsignedLong(block[first]) + 1) * TO_UNIT;
    double v = Integer.toUnsignedLong(block[first + 1]) * TO_UNIT;
    double radius = StrictMath.sqrt(-2 * StrictMath.log(u));
    values[first] = (float) (radius * StrictMath.cos(2 * StrictMath.PI * v));
    values[first + 1] = (float) (radius * StrictMath.sin(2 * StrictMath.PI * v));
  }
}
