package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SmallFloatTest {
  /** Values from IEEE 754 (binary16) and arXiv:2209.05433, table 1 (fp8). */
  @ParameterizedTest
  @CsvSource({
    "HALF, 0x7bff, 65504",
    "HALF, 0x0001, 5.9604644775390625e-8",
    "HALF, 0x0400, 6.103515625e-5",
    "HALF, 0xc000, -2",
    "HALF, 0x3555, 0.333251953125",
    "BFLOAT16, 0x3f80, 1",
    "BFLOAT16, 0x7f7f, 3.3895314e38",
    "BFLOAT16, 0x0001, 9.183549615799121e-41",
    "E4M3FN, 0x7e, 448",
    "E4M3FN, 0x01, 0.001953125",
    "E4M3FN, 0xb8, -1",
    "E5M2, 0x7b, 57344",
    "E5M2, 0x01, 0.0000152587890625",
  })
  void knowsTheLandmarks(SmallFloat format, String bits, float value) {
    assertEquals(value, format.decode(Integer.decode(bits)));
    assertEquals(Integer.decode(bits), format.encode(value));
  }

  @ParameterizedTest
  @EnumSource
  void everyValueSurvivesTheRoundTrip(SmallFloat format) {
    boolean wide = format == SmallFloat.HALF || format == SmallFloat.BFLOAT16;
    for (int bits = 0; bits < (wide ? 65536 : 256); bits++) {
      float value = format.decode(bits);
      boolean saturates = !wide && Float.isInfinite(value);
      if (!Float.isNaN(value) && !saturates) {
        assertEquals(bits, format.encode(value));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void roundsToNearestAndTiesToEven(SmallFloat format) {
    for (int bits = 0; Float.isFinite(format.decode(bits + 1)); bits++) {
      double low = format.decode(bits);
      double high = format.decode(bits + 1);
      double middle = (low + high) / 2;
      assertEquals(bits % 2 == 0 ? bits : bits + 1, format.encode(middle));
      assertEquals(bits, format.encode(Math.nextDown(middle)));
      assertEquals(bits + 1, format.encode(Math.nextUp(middle)));
      if (low > 0) {
        assertEquals(format.encode(-low), format.encode(-Math.nextDown(middle)));
      }
    }
  }

  @Test
  void overflowIsInfinityIn16BitsAndSaturatesIn8() {
    assertEquals(0x7bff, SmallFloat.HALF.encode(65519.99));
    assertEquals(0x7c00, SmallFloat.HALF.encode(65520));
    assertEquals(0xfc00, SmallFloat.HALF.encode(Double.NEGATIVE_INFINITY));
    assertEquals(0x7f80, SmallFloat.BFLOAT16.encode(Double.MAX_VALUE));
    assertEquals(0x7e, SmallFloat.E4M3FN.encode(1e9));
    assertEquals(0xfe, SmallFloat.E4M3FN.encode(Double.NEGATIVE_INFINITY));
    assertEquals(0x7b, SmallFloat.E5M2.encode(Double.POSITIVE_INFINITY));
    assertTrue(Float.isNaN(SmallFloat.E4M3FN.decode(SmallFloat.E4M3FN.encode(Double.NaN))));
    assertTrue(Float.isNaN(SmallFloat.E5M2.decode(SmallFloat.E5M2.encode(Double.NaN))));
    assertEquals(Float.POSITIVE_INFINITY, SmallFloat.E5M2.decode(0x7c));
  }

  @Test
  void theFastConversionsAgreeWithTheExactOnes() {
    for (int bits = 0; bits < 65536; bits++) {
      assertEquals(SmallFloat.HALF.decode(bits), Half.toFloat((short) bits));
      assertEquals(SmallFloat.BFLOAT16.decode(bits), BFloat16.toFloat((short) bits));
    }
    Random random = new Random(7);
    for (int round = 0; round < 2_000_000; round++) {
      float value = Float.intBitsToFloat(random.nextInt());
      assertEquals(SmallFloat.BFLOAT16.encode(value), BFloat16.fromFloat(value) & 0xffff);
      float near = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(44) - 26);
      assertEquals(SmallFloat.HALF.encode(near), Half.fromFloat(near) & 0xffff, () -> "" + near);
      assertEquals(SmallFloat.HALF.encode(value), Half.fromFloat(value) & 0xffff);
    }
  }
}
