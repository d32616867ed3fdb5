package io.dopt.passes;

import io.dopt.passes.rewrite.ArrangeWeightLayout;
import io.dopt.passes.rewrite.EliminateCommonSubexpressions;
import io.dopt.passes.rewrite.FoldConstants;
import io.dopt.passes.rewrite.MergeBiasIntoConv;
import io.dopt.passes.rewrite.MergeReshapes;
import io.dopt.passes.rewrite.MergeTransposes;
import io.dopt.passes.rewrite.RemoveDeadNodes;
import io.dopt.passes.rewrite.RemoveIdentities;
import io.dopt.passes.rewrite.SplitGegluProjection;
import java.util.List;

/** The catalogue: every pass, in the order in which they run. */
public final class Passes {
  private Passes() {}

  /** New instances of all passes; a pass that runs twice is listed twice. */
  public static List<Pass> inOrder() {
    return List.of(
        new RemoveDeadNodes(),
        new EliminateCommonSubexpressions(),
        new ArrangeWeightLayout(),
        new FoldConstants(),
        new RemoveIdentities(),
        new MergeReshapes(),
        new MergeTransposes(),
        new MergeBiasIntoConv(),
        new SplitGegluProjection(),
        // Folding and merging make new duplicates.
        new EliminateCommonSubexpressions(),
        new RemoveDeadNodes());
  }
}
