package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DimensionTest {
  private static final Dimension HEIGHT = Dimension.symbol("height");
  private static final Dimension WIDTH = Dimension.symbol("width");

  @Test
  void equalMeaningIsEqual() {
    Dimension left = HEIGHT.plus(1).times(WIDTH).minus(WIDTH);
    assertEquals(WIDTH.times(HEIGHT), left);
    assertEquals(WIDTH.times(HEIGHT).hashCode(), left.hashCode());
    assertEquals(Dimension.of(0), HEIGHT.minus(HEIGHT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "7",
        "-3",
        "height",
        "8*height",
        "height*width/4",
        "height*width+3*height/2-1"
      })
  void textRoundTrips(String text) {
    assertEquals(text, Dimension.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+",
        "a b",
        "3/",
        "(a",
        "a/b",
        "1/0",
        "99999999999999999999",
        "a$",
        "9223372036854775807*9"
      })
  void malformedTextIsRefused(String text) {
    assertEquals(
        ErrorCode.BAD_INPUT, assertThrows(DoptException.class, () -> Dimension.parse(text)).code());
  }

  @Test
  void stridedConvolutionRoundsTheConstantPartDown() {
    // kernel 3, padding 1, stride 2 on an even size halves it
    assertEquals(HEIGHT.dividedBy(2), HEIGHT.plus(2 - 3).floorDividedBy(2).plus(1));
    assertEquals(Dimension.of(3), Dimension.of(5 + 2 - 3).floorDividedBy(2).plus(1));
  }

  @Test
  void divisionByOneTerm() {
    assertEquals(WIDTH.times(2), HEIGHT.times(WIDTH).times(4).dividedBy(HEIGHT.times(2)));
    assertThrows(DoptException.class, () -> HEIGHT.plus(1).dividedBy(WIDTH));
  }

  @Test
  void evaluationAndIntegrality() {
    Dimension eighth = HEIGHT.dividedBy(8);
    assertEquals(8, eighth.evaluate(Map.of("height", 64L)));
    assertThrows(IllegalStateException.class, () -> eighth.evaluate(Map.of("height", 60L)));
    assertThrows(IllegalStateException.class, () -> eighth.evaluate(Map.of()));
    assertTrue(eighth.isIntegral(Map.of("height", new SymbolRange(8, 128, 8))));
    assertFalse(eighth.isIntegral(Map.of("height", new SymbolRange(4, 128, 4))));
    assertEquals(Dimension.of(8), eighth.bind(Map.of("height", 64L)));
  }
}
