package io.dopt.compiler.build;

import io.dopt.compiler.lock.LockFile;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes manifest and lock: the package's lock with the host, the options and the kernels. */
final class BuildLock {
  private BuildLock() {}

  static void write(
      BundleManifest manifest,
      BuildRequest request,
      BuildHost host,
      boolean refittable,
      SortedMap<String, String> tactics,
      OutputFolder output) {
    Path source = request.source().bundle().folder();
    LockFile of = LockFile.read(source.resolve(Bundle.LOCK));
    SortedMap<String, String> versions = new TreeMap<>(of.versions());
    versions.put("builder", host.library());
    versions.put("driver", host.driver());
    SortedMap<String, String> recipe = new TreeMap<>(of.recipe());
    recipe.put("build", request.options().text());
    if (request.options().refit() && !refittable) {
      recipe.put("refitted", "once, which these plans can be no further time");
    }
    recipe.put("device", host.device());
    recipe.put("computeCapability", host.computeCapability());
    SortedMap<String, String> sources = new TreeMap<>(of.sources());
    // The manifest has the hash of every other file of the package.
    sources.put("package/" + Bundle.MANIFEST, hash(source.resolve(Bundle.MANIFEST)));
    byte[] json = manifest.toJson();
    SortedMap<String, String> outputs = new TreeMap<>();
    manifest.files().forEach((file, entry) -> outputs.put(file, entry.sha256()));
    outputs.put(Bundle.MANIFEST, Sha256.of(json));
    write(output, Bundle.MANIFEST, json);
    write(
        output,
        Bundle.LOCK,
        new LockFile(LockFile.VERSION, versions, recipe, sources, of.graphs(), outputs, tactics)
            .toJson());
  }

  private static String hash(Path file) {
    try {
      return Sha256.of(file);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static void write(OutputFolder output, String name, byte[] content) {
    try {
      Files.write(output.resolve(name), content);
    } catch (IOException e) {
      throw WriteFailure.of(output.target().resolve(name), content.length, e);
    }
  }
}
