package io.dopt.runtime.bundle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An opened bundle: a folder whose manifest was read and whose files exist with the sizes the
 * manifest states. Immutable; any number of pipelines, threads and processes may share one.
 */
public final class Bundle {
  /** Name of the manifest in the bundle's folder. */
  public static final String MANIFEST = "manifest.json";

  /** Name of the lock file in the bundle's folder. */
  public static final String LOCK = "dopt.lock";

  /** Name of the precision report in the bundle's folder. */
  public static final String PRECISION = "precision.json";

  private final Path folder;
  private final BundleManifest manifest;

  private Bundle(Path folder, BundleManifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /**
   * Opens a bundle without reading its weights.
   *
   * @throws DoptException (IO) when the folder or a listed file is missing; (BAD_INPUT) when it is
   *     something else than a bundle, the manifest is malformed, a file has another size or lies
   *     outside; (UNSUPPORTED) when a newer dopt wrote it
   */
  public static Bundle open(Path folder) {
    if (!Files.exists(folder)) {
      throw new DoptException(ErrorCode.IO, "There is no bundle at " + folder + ".");
    }
    if (!Files.exists(folder.resolve(MANIFEST))) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          folder
              + " is not a bundle: it "
              + (Files.isDirectory(folder) ? "has no " + MANIFEST : "is a file, not a folder")
              + ". Make one with 'dopt compile'.");
    }
    Path root;
    try {
      root = folder.toRealPath();
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, folder + " cannot be read: " + e, e);
    }
    Bundle bundle = new Bundle(root, BundleManifest.read(root.resolve(MANIFEST)));
    bundle.manifest.files().forEach(bundle::checkSize);
    return bundle;
  }

  /** The folder, as a real path. */
  public Path folder() {
    return folder;
  }

  /** What the bundle holds. */
  public BundleManifest manifest() {
    return manifest;
  }

  /**
   * A component's manifest.
   *
   * @throws DoptException (USAGE) when the bundle has no such component, naming those it has
   */
  public ComponentManifest component(String name) {
    return manifest
        .component(name)
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.USAGE,
                    "The bundle "
                        + folder
                        + " has no component '"
                        + name
                        + "'; it has "
                        + manifest.components().keySet()
                        + "."));
  }

  /**
   * The real path of a file the manifest lists.
   *
   * @throws DoptException (IO) when it is missing; (BAD_INPUT) when it lies outside the bundle
   */
  public Path file(String path) {
    return BundlePath.resolve(folder, path);
  }

  /**
   * How layers were quantized, when any were.
   *
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it is malformed or of a
   *     component that the bundle lacks; (UNSUPPORTED) when a newer dopt wrote it
   */
  public Optional<PrecisionReport> precisionReport() {
    if (!manifest.files().containsKey(PRECISION)) {
      return Optional.empty();
    }
    PrecisionReport report = PrecisionReport.read(file(PRECISION));
    if (manifest.component(report.component()).isEmpty()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s of the bundle %s is about the component '%s', which the bundle lacks.",
              PRECISION, folder, report.component()));
    }
    return Optional.of(report);
  }

  /**
   * Reads every file and compares its SHA-256 with the manifest's.
   *
   * @throws DoptException (BAD_INPUT) naming the first file that differs; (IO) when one cannot be
   *     read
   */
  public void verify() {
    manifest.files().forEach(this::verify);
  }

  /**
   * Reads one file that the manifest lists and compares its SHA-256 with the manifest's.
   *
   * @param path within the bundle
   * @throws DoptException as {@link #verify()}
   */
  public void verify(String path) {
    verify(path, manifest.files().get(path));
  }

  private void verify(String path, FileEntry entry) {
    checkSize(path, entry);
    String actual = sha256(file(path));
    if (!actual.equals(entry.sha256())) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "'%s' of the bundle %s was changed after it was compiled: its sha256 is %s, the"
                  + " manifest says %s. Compile again.",
              path, folder, actual, entry.sha256()));
    }
  }

  private void checkSize(String path, FileEntry entry) {
    Path file = file(path);
    try {
      long actual = Files.size(file);
      if (!Files.isRegularFile(file) || actual != entry.bytes()) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            "'"
                + path
                + "' of the bundle "
                + folder
                + " has "
                + actual
                + " bytes, the manifest says "
                + entry.bytes()
                + ". It is incomplete or was changed; compile again.");
      }
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e, e);
    }
  }

  private static String sha256(Path file) {
    try {
      return Sha256.of(file);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e, e);
    }
  }
}
