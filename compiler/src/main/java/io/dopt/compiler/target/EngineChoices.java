package io.dopt.compiler.target;

import io.dopt.compiler.lowering.LoweringChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the nodes of some engines of a component were written. Rules may decide by shape, so engines
 * can differ.
 *
 * @param engines files of the engines that were written alike
 * @param choices one per node
 */
public record EngineChoices(List<String> engines, List<LoweringChoice> choices) {
  public EngineChoices {
    engines = List.copyOf(engines);
    choices = List.copyOf(choices);
  }

  /** The engines of a component by equal choices, in order of their first. */
  public static List<EngineChoices> grouped(Map<String, List<LoweringChoice>> choicesByEngine) {
    Map<List<LoweringChoice>, List<String>> groups = new LinkedHashMap<>();
    choicesByEngine.forEach(
        (engine, choices) -> groups.computeIfAbsent(choices, c -> new ArrayList<>()).add(engine));
    List<EngineChoices> grouped = new ArrayList<>();
    groups.forEach((choices, engines) -> grouped.add(new EngineChoices(engines, choices)));
    return grouped;
  }
}
