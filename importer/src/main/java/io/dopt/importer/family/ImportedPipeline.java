package io.dopt.importer.family;

import io.dopt.ir.pipeline.PipelineModel;
import java.util.List;

/**
 * A checkpoint as graphs.
 *
 * @param model the pipeline
 * @param notes what the user should know: what was left out or not used, one sentence each
 */
public record ImportedPipeline(PipelineModel model, List<String> notes) {
  public ImportedPipeline {
    notes = List.copyOf(notes);
  }
}
