package io.dopt.compiler.target;

import io.dopt.ir.pipeline.PipelineModel;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is compiled.
 *
 * @param model the pipeline
 * @param shapes by component
 */
public record TargetPlan(PipelineModel model, SortedMap<String, ComponentShapes> shapes) {
  public TargetPlan {
    shapes = Collections.unmodifiableSortedMap(new TreeMap<>(shapes));
    if (!shapes.keySet().equals(model.components().keySet())) {
      throw new IllegalArgumentException(
          "shapes of " + shapes.keySet() + " for " + model.components().keySet());
    }
  }
}
