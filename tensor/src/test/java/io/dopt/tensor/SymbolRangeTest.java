package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SymbolRangeTest {
  @Test
  void theLeastCommonMultipleIsTheLeast() {
    for (long left = 1; left <= 24; left++) {
      for (long right = 1; right <= 24; right++) {
        long least = left;
        while (least % right != 0) {
          least += left;
        }
        assertEquals(least, SymbolRange.leastCommonMultiple(left, right), left + ", " + right);
      }
    }
  }

  @Test
  void containsTheMultiplesBetweenItsEnds() {
    SymbolRange range = new SymbolRange(8, 24, 8);
    assertTrue(range.contains(8));
    assertTrue(range.contains(24));
    assertFalse(range.contains(12));
    assertFalse(range.contains(32));
    assertThrows(IllegalArgumentException.class, () -> new SymbolRange(3, 2, 1));
  }
}
