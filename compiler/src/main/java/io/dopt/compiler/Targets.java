package io.dopt.compiler;

import io.dopt.compiler.cpu.CpuTarget;
import io.dopt.compiler.target.Target;
import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.stream.Collectors;

/** The targets there are. */
public final class Targets {
  private final List<Target> targets;

  /** A registry of the given targets; names are distinct. */
  public Targets(List<Target> targets) {
    this.targets = List.copyOf(targets);
  }

  /** All targets of this build, with TensorRT's computing in f16. */
  public static Targets standard() {
    return with(new TensorRtTarget(ElementType.FLOAT16, BuildOptions.defaults()));
  }

  /** All targets of this build, with that of TensorRT as it is wanted. */
  public static Targets with(TensorRtTarget tensorRt) {
    return new Targets(List.of(new CpuTarget(), tensorRt));
  }

  /**
   * The target called {@code name}.
   *
   * @throws DoptException (USAGE) when there is none, naming those there are
   */
  public Target get(String name) {
    return targets.stream()
        .filter(target -> target.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.USAGE,
                    "There is no target '" + name + "'; there are " + names() + "."));
  }

  private String names() {
    return targets.stream().map(Target::name).collect(Collectors.joining(", "));
  }
}
