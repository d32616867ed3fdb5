package io.dopt.compiler.build;

import io.dopt.compiler.onnx.OutputFile;
import io.dopt.compiler.proof.tensorrt.EngineProof;
import io.dopt.compiler.proof.tensorrt.InspectedEngine;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.BuildSpecification;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.EngineKernels;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts together the bundle of a package: what the package has, plans in place of its engines. */
final class BundleAssembly {
  private final BuildRequest request;
  private final BuildHost host;
  private final String runtime;
  private final boolean refittable;
  private final OutputFolder output;
  private final Bundle source;
  private final Optional<PrecisionReport> planned;
  private final SortedMap<String, FileEntry> files = new TreeMap<>();
  private final SortedMap<String, List<EngineFile>> engines = new TreeMap<>();
  private final SortedMap<String, String> tactics = new TreeMap<>();
  private final List<EngineKernels> kernels = new ArrayList<>();
  private final List<String> lost = new ArrayList<>();
  private Optional<PrecisionReport> found;

  BundleAssembly(
      BuildRequest request,
      BuildHost host,
      String runtime,
      boolean refittable,
      OutputFolder output) {
    this.request = request;
    this.host = host;
    this.runtime = runtime;
    this.refittable = refittable;
    this.output = output;
    this.source = request.source().bundle();
    this.planned = source.precisionReport();
    this.found = planned;
  }

  /** Copies all that stays as it is. */
  void copy() {
    Set<String> replaced = new HashSet<>(Set.of(BuildSpecification.FILE, Bundle.PRECISION));
    for (ComponentManifest component : source.manifest().components().values()) {
      component.engines().forEach(engine -> replaced.add(engine.file()));
      if (!request.options().stripPlan()) {
        component.weights().ifPresent(replaced::add);
      }
    }
    for (String file : source.manifest().files().keySet()) {
      if (!replaced.contains(file)) {
        copy(file, file);
      }
    }
  }

  private void copy(String file, String place) {
    FileEntry entry = OutputFile.copy(source.file(file), output.resolve(place));
    if (!entry.equals(source.manifest().files().get(file))) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "'" + file + "' of the package " + source.folder() + " changed while it was built.");
    }
    files.put(place, entry);
  }

  /** Adds a plan, with what belongs to it. */
  BuiltPlan add(
      String component, EngineFile engine, PlanFiles plan, boolean cached, long nanoseconds) {
    PlanName name = PlanName.of(engine.file(), host, request.options());
    EngineProof proof = proof(component, name, plan);
    move(plan, name);
    if (request.options().stripPlan()) {
      copy(engine.file(), name.model());
    }
    engines
        .computeIfAbsent(component, it -> new ArrayList<>())
        .add(new EngineFile(runtime, name.plan(), engine.bindings()));
    tactics.put(name.plan(), proof.tactics());
    return new BuiltPlan(
        component,
        name.plan(),
        files.get(name.plan()).bytes(),
        cached,
        Duration.ofNanos(nanoseconds),
        proof);
  }

  private void move(PlanFiles plan, PlanName name) {
    files.put(name.plan(), PlanFiles.move(plan.plan(), output.resolve(name.plan())));
    files.put(
        name.inspection(), PlanFiles.move(plan.inspection(), output.resolve(name.inspection())));
    files.put(name.log(), PlanFiles.move(plan.log(), output.resolve(name.log())));
  }

  /** The report is of one component; others have no plan to be held against. */
  private EngineProof proof(String component, PlanName name, PlanFiles plan) {
    Optional<PrecisionReport> report = planned.filter(it -> it.component().equals(component));
    EngineProof proof =
        EngineProof.of(
            report
                .map(it -> EngineProof.planned(it, request.source().specification().computeType()))
                .orElseGet(TreeMap::new),
            InspectedEngine.read(plan.inspection()));
    if (report.isPresent()) {
      proof.requireQuantized(name.plan());
      proof.lostText().ifPresent(text -> lost.add(name.plan() + ": " + text));
      if (kernels.isEmpty()) {
        found = Optional.of(proof.withFound(report.get()));
      }
      kernels.add(proof.kernels(name.plan()));
    }
    return proof;
  }

  /** Writes a file of our own. */
  void write(String file, byte[] content) {
    files.put(file, OutputFile.write(output.resolve(file), content));
  }

  /** Writes what was found, and says what was lost. */
  List<String> writePrecision() {
    found.ifPresent(report -> write(Bundle.PRECISION, report.withEngines(kernels).toJson()));
    return lost;
  }

  /** Writes manifest and lock. */
  BundleManifest seal() {
    SortedMap<String, ComponentManifest> components = new TreeMap<>();
    source
        .manifest()
        .components()
        .forEach((name, component) -> components.put(name, built(name, component)));
    BundleManifest of = source.manifest();
    return seal(
        new BundleManifest(
            of.formatVersion(),
            of.doptVersion(),
            of.pipeline(),
            components,
            of.tokenizers(),
            of.scheduler(),
            of.options(),
            of.sizes(),
            of.batches(),
            files));
  }

  /** Writes the manifest as it is now, and its lock. */
  BundleManifest seal(BundleManifest manifest) {
    BuildLock.write(manifest, request, host, refittable, tactics, output);
    return manifest;
  }

  private ComponentManifest built(String name, ComponentManifest of) {
    return new ComponentManifest(
        of.inputs(),
        of.outputs(),
        of.symbols(),
        engines.getOrDefault(name, List.of()),
        request.options().stripPlan() ? of.weights() : Optional.empty(),
        of.precision(),
        of.parameters(),
        of.config());
  }
}
