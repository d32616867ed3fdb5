package io.dopt.runtime.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecentPromptsTest {
  private final RecentPrompts recent = new RecentPrompts();
  private final List<String> made = new ArrayList<>();

  private EncodedPrompt encode(String prompt) {
    made.add(prompt);
    return new EncodedPrompt(new float[] {prompt.length()}, Optional.empty());
  }

  @Test
  void keepsWhatIsUsedAndForgetsTheRest() {
    for (int i = 0; i < 10 * RecentPrompts.CAPACITY; i++) {
      recent.get("prompt " + i, this::encode);
      assertEquals(0, recent.get("", this::encode).features()[0]);
    }
    assertEquals(1, made.stream().filter(String::isEmpty).count());
    assertEquals(10 * RecentPrompts.CAPACITY + 1, made.size());

    made.clear();
    recent.get("prompt " + (10 * RecentPrompts.CAPACITY - 1), this::encode);
    assertEquals(List.of(), made);
    recent.get("prompt 0", this::encode);
    assertEquals(List.of("prompt 0"), made);
  }
}
