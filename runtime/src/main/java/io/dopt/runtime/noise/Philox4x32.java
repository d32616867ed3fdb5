package io.dopt.runtime.noise;

/**
 * The counter-based generator Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random
 * Numbers: As Easy as 1, 2, 3" (SC 2011): ten rounds that turn a 128-bit counter and a 64-bit key
 * into 128 random bits.
 */
final class Philox4x32 {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;

  /** The golden ratio and the square root of 3 less 1, as the paper's Weyl sequence. */
  private static final int WEYL_0 = 0x9E3779B9;

  private static final int WEYL_1 = 0xBB67AE85;

  private Philox4x32() {}

  /**
   * One block.
   *
   * @param block the counter's four words, least significant first; replaced by the random words
   */
  static void generate(int[] block, int key0, int key1) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(block[0]);
      long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(block[2]);
      int next0 = (int) (product1 >>> 32) ^ block[1] ^ key0;
      int next2 = (int) (product0 >>> 32) ^ block[3] ^ key1;
      block[0] = next0;
      block[1] = (int) product1;
      block[2] = next2;
      block[3] = (int) product0;
      key0 += WEYL_0;
      key1 += WEYL_1;
    }
  }
}
