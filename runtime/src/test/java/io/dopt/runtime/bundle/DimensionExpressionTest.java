package io.dopt.runtime.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DimensionExpressionTest {
  private static final Map<String, Long> BINDINGS = Map.of("height", 24L, "width", 16L, "b_2", 3L);

  @ParameterizedTest
  @CsvSource({
    "4, 4",
    "height, 24",
    "8*height, 192",
    "height/8, 3",
    "2*b_2, 6",
    "(height*width)/4, 96",
    "height*width/4, 96",
    "1/8*height, 3",
    "height/16 + width/32, 2",
    "height - width - 2, 6",
    "-(width-height), 8",
    "height/(width-8), 3",
    "2*(3+4*5), 46",
    "0, 0"
  })
  void evaluates(String text, long expected) {
    assertEquals(expected, DimensionExpression.parse(text).evaluate(BINDINGS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "8*",
        "*8",
        "8 height",
        "(height",
        "height)",
        "height^2",
        "1.5",
        "a//b",
        "4/0",
        "height//8",
        "Δ",
        "99999999999999999999"
      })
  void refusesWhatIsNotAnExpression(String text) {
    DoptException error =
        assertThrows(DoptException.class, () -> DimensionExpression.parse(text).evaluate(BINDINGS));
    assertEquals(ErrorCode.BAD_INPUT, error.code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"height/7", "width-height", "1/2", "height/(width-16)", "channels"})
  void refusesToEvaluateToAnythingButANaturalNumber(String text) {
    DimensionExpression expression = DimensionExpression.parse(text);
    assertThrows(DoptException.class, () -> expression.evaluate(BINDINGS));
  }

  @Test
  void refusesOverflowAndDeepNesting() {
    DimensionExpression huge = DimensionExpression.parse("h*h*h*h*h");
    assertThrows(DoptException.class, () -> huge.evaluate(Map.of("h", 1L << 20)));
    assertThrows(DoptException.class, () -> DimensionExpression.parse("(".repeat(100_000)));
  }

  @Test
  void knowsItsSymbols() {
    assertEquals(Set.of("height", "width"), DimensionExpression.parse("height*width/4").symbols());
    assertEquals(Optional.of("batch"), DimensionExpression.parse("batch").asSymbol());
    assertEquals(Optional.empty(), DimensionExpression.parse("8*batch").asSymbol());
    assertTrue(DimensionExpression.parse("4").symbols().isEmpty());
  }
}
