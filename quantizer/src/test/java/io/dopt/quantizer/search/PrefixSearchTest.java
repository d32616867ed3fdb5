package io.dopt.quantizer.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PrefixSearchTest {
  private static final PrefixSearch SEARCH = new PrefixSearch(8, 0.01);

  private final List<Integer> tried = new ArrayList<>();

  /** A hundred layers of the same work, of which the budget allows so many. */
  private int longest(int usual, int allowed) {
    return SEARCH.longest(
        LongStream.rangeClosed(0, 100).toArray(),
        usual,
        length -> {
          tried.add(length);
          return length <= allowed;
        });
  }

  @Test
  void takesAllWhereTheBudgetAllowsAll() {
    assertEquals(100, longest(90, 100));
    assertEquals(List.of(100), tried);
  }

  @Test
  void triesTheUsualLayersNext() {
    assertEquals(90, longest(90, 90));
    assertEquals(List.of(100, 90, 95, 92, 91), tried);
  }

  @Test
  void halvesWhatIsBetween() {
    assertEquals(40, longest(90, 40));
    assertEquals(List.of(100, 90, 45, 22, 33, 39, 42, 40), tried);
  }

  @Test
  void answersWithNothingWhereNoPrefixHolds() {
    assertEquals(0, longest(90, 0));
    assertEquals(8, tried.size());
  }

  @Test
  void stopsWhereLittleMoreWouldBeSaved() {
    long[] saved = {0, 500, 998, 999, 1000};
    assertEquals(
        2,
        SEARCH.longest(
            saved,
            4,
            length -> {
              tried.add(length);
              return length <= 2;
            }));
    assertEquals(List.of(4, 1, 2), tried);
  }

  @Test
  void aLengthIsTriedOnceAndWhatIsAnsweredHeld() {
    // Not monotone, as images are not.
    int found =
        SEARCH.longest(
            LongStream.rangeClosed(0, 100).toArray(),
            100,
            length -> {
              tried.add(length);
              return length % 2 == 0 && length < 60;
            });
    assertEquals(tried.size(), tried.stream().distinct().count());
    assertEquals(0, found % 2);
  }

  @Test
  void hasNothingToDoWithoutCandidates() {
    assertEquals(0, SEARCH.longest(new long[] {0}, 0, length -> true));
  }
}
