package io.dopt.runtime.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalGeneratorTest {
  /** The known answers of the authors' Random123 library, file {@code kat_vectors}. */
  @ParameterizedTest
  @CsvSource({
    "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
    "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"
  })
  void philoxGivesThePublishedAnswers(String counter, String key, String expected) {
    int[] block = words(counter);
    Philox4x32.generate(block, words(key)[0], words(key)[1]);
    assertArrayEquals(words(expected), block);
  }

  private static int[] words(String text) {
    return Arrays.stream(text.split(" "))
        .mapToInt(word -> (int) HexFormat.fromHexDigitsToLong(word))
        .toArray();
  }

  /** Computed from the definition in the class comment with Python's float64 functions. */
  @Test
  void followsItsDefinition() {
    float[] values = new float[6];
    new NormalGenerator(7, NoiseStream.SCHEDULER).fill(values, 0, 6);
    assertArrayEquals(
        new float[] {0.55992183f, 1.04533334f, 0.23622108f, 1.50953587f, 0.28697669f, -0.39583275f},
        values,
        1e-6f);
  }

  @Test
  void isStandardNormal() {
    float[] values = new float[1 << 20];
    new NormalGenerator(20261121L << 32, NoiseStream.INITIAL).fill(values, 0, values.length);
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    int beyondTwo = 0;
    for (float value : values) {
      sum += value;
      squares += value * value;
      fourth += Math.pow(value, 4);
      beyondTwo += Math.abs(value) > 2 ? 1 : 0;
    }
    // Five standard errors of each statistic.
    double n = values.length;
    assertEquals(0, sum / n, 5 / Math.sqrt(n));
    assertEquals(1, squares / n, 5 * Math.sqrt(2 / n));
    assertEquals(3, fourth / n, 5 * Math.sqrt(96 / n));
    assertEquals(0.0455003, beyondTwo / n, 5 * Math.sqrt(0.0455 * 0.9545 / n));
  }

  @Test
  void anImageHasTheSameNoiseAloneAndInABatch() {
    float[] batch = new float[3 * 10];
    BatchNoise together = new BatchNoise(41, 3, NoiseStream.INITIAL);
    together.fill(batch);
    together.fill(batch);
    float[] alone = new float[20];
    new NormalGenerator(43, NoiseStream.INITIAL).fill(alone, 0, 20);
    assertArrayEquals(Arrays.copyOfRange(alone, 10, 20), Arrays.copyOfRange(batch, 20, 30));
  }

  @Test
  void streamsDiffer() {
    float[] initial = new float[8];
    float[] vae = new float[8];
    new NormalGenerator(1, NoiseStream.INITIAL).fill(initial, 0, 8);
    new NormalGenerator(1, NoiseStream.VAE).fill(vae, 0, 8);
    assertFalse(Arrays.equals(initial, vae));
  }
}
