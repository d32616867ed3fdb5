package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
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
        "height*width+3*height/2-1",
        "4*floor(height/8+7/8)*width"
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
        "floor(a",
        "floor(a/2))",
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
  void stridedConvolutionOfASymbolIsAFloor() {
    Dimension half = halved(HEIGHT);
    assertEquals("floor(height/2+1/2)", half.toString());
    assertEquals("floor(height/8+7/8)", halved(halved(half)).toString());
    assertEquals(Dimension.of(3), halved(Dimension.of(5)));
    assertEquals(Dimension.of(3), half.bind(Map.of("height", 5L)));
    for (long height = 1; height < 20; height++) {
      long expected = (height + 7) / 8;
      assertEquals(expected, halved(halved(half)).evaluate(Map.of("height", height)));
    }
    assertEquals(Set.of("height"), half.symbols());
  }

  @Test
  void aFloorOfAnExactQuotientIsTheQuotient() {
    Map<String, SymbolRange> ranges = Map.of("height", new SymbolRange(4, 128, 4));
    Dimension quarter = halved(halved(HEIGHT)).simplify(ranges);
    assertEquals(HEIGHT.dividedBy(4), quarter);
    assertEquals("floor(height/8+1/2)", halved(quarter).simplify(ranges).toString());
  }

  @Test
  void aFloorTakesOutWhatIsAnInteger() {
    Dimension product = HEIGHT.times(WIDTH);
    assertEquals(product.plus(-1), product.times(2).plus(-1).floorDividedBy(2));
    assertEquals(HEIGHT.plus(HEIGHT.floorDividedBy(2)), HEIGHT.times(3).floorDividedBy(2));
    assertEquals(
        HEIGHT.times(-1).plus(HEIGHT.floorDividedBy(2)),
        HEIGHT.times(-1).floorDividedBy(2),
        "-h/2 is h/2 - h");
  }

  @Test
  void floorsAreFactorsLikeSymbols() {
    Dimension area = halved(HEIGHT).times(halved(WIDTH)).times(3);
    assertEquals("3*floor(height/2+1/2)*floor(width/2+1/2)", area.toString());
    assertEquals(area, Dimension.parse(area.toString()));
    assertEquals(halved(WIDTH).times(3), area.dividedBy(halved(HEIGHT)));
    assertTrue(area.isIntegral(Map.of()));
    assertEquals(
        2,
        halved(HEIGHT).terms().get(0).symbols().stream()
            .flatMap(factor -> Dimension.floored(factor).stream())
            .findFirst()
            .orElseThrow()
            .denominator());
  }

  /** Kernel 3, padding 1, stride 2. */
  private static Dimension halved(Dimension size) {
    return size.plus(2 - 3).floorDividedBy(2).plus(1);
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
