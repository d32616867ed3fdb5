package io.dopt.compiler.deploy;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files of a bundle, each read once and compared with its SHA-256 in the manifest while it is:
 * what leaves dopt is what was compiled, or nothing leaves.
 */
public final class BundleFiles {
  private final Bundle bundle;
  private final SortedMap<String, Optional<FileEntry>> files = new TreeMap<>();

  /** The manifest, the lock where there is one, and every file that the manifest lists. */
  public BundleFiles(Bundle bundle) {
    this.bundle = bundle;
    bundle.manifest().files().forEach((path, entry) -> files.put(path, Optional.of(entry)));
    files.put(Bundle.MANIFEST, Optional.empty());
    if (Files.isRegularFile(bundle.folder().resolve(Bundle.LOCK))) {
      files.put(Bundle.LOCK, Optional.empty());
    }
  }

  /**
   * Holds an output against the bundle: what is written into its folder would belong to nothing,
   * and what replaces the folder would take it away before it is read.
   *
   * @throws DoptException (USAGE) when the output is the bundle's folder, lies in it or around it
   */
  public void requireElsewhere(Path output) {
    Path real = real(output.toAbsolutePath().normalize());
    if (real.startsWith(bundle.folder()) || bundle.folder().startsWith(real)) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "The output %s would replace the bundle %s, or lie in it: name another.",
              output, bundle.folder()));
    }
  }

  /** Through links as far as the path exists. */
  private static Path real(Path absolute) {
    Path existing = absolute;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      return existing.toRealPath().resolve(existing.relativize(absolute));
    } catch (IOException e) {
      throw unreadable(existing, e);
    }
  }

  /** Paths inside the bundle with {@code /} between names, sorted by code point. */
  public List<String> paths() {
    return List.copyOf(files.keySet());
  }

  /** Files that lie in the bundle's folder and belong to nothing the manifest knows, sorted. */
  public List<String> unlisted() {
    try (Stream<Path> found = Files.walk(bundle.folder())) {
      return found
          .filter(Files::isRegularFile)
          .map(file -> bundle.folder().relativize(file).toString().replace('\\', '/'))
          .filter(path -> !files.containsKey(path))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(bundle.folder(), e);
    }
  }

  /** A file's size in bytes. */
  public long bytes(String path) {
    Path file = bundle.file(path);
    try {
      return files.get(path).isPresent() ? files.get(path).get().bytes() : Files.size(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Pours a file into a stream, which is left open.
   *
   * @throws DoptException (BAD_INPUT) when its content is not what the manifest says; (IO) when it
   *     cannot be read
   * @throws IOException when the stream cannot be written
   */
  public void pour(String path, OutputStream target) throws IOException {
    Path file = bundle.file(path);
    MessageDigest digest = Sha256.newDigest();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = open(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        target.write(buffer, 0, read);
      }
    }
    String actual = Sha256.hex(digest);
    files
        .get(path)
        .filter(entry -> !entry.sha256().equals(actual))
        .ifPresent(
            entry -> {
              throw new DoptException(
                  ErrorCode.BAD_INPUT,
                  String.format(
                      "'%s' of the bundle %s was changed after it was compiled: its sha256 is %s,"
                          + " the manifest says %s. Compile again.",
                      path, bundle.folder(), actual, entry.sha256()));
            });
  }

  /**
   * Puts a file somewhere else: a hard link where the file system can, which costs no space, else a
   * copy. A linked file is shared with the bundle, so it must not be written to.
   *
   * @throws DoptException (BAD_INPUT) when its content is not what the manifest says; (IO) when it
   *     cannot be read or written
   */
  public void place(String path, Path target) {
    Path file = bundle.file(path);
    try {
      if (link(file, target)) {
        pour(path, OutputStream.nullOutputStream());
        return;
      }
      try (OutputStream out = Files.newOutputStream(target)) {
        pour(path, out);
      }
    } catch (IOException e) {
      throw WriteFailure.of(target, bytes(path), e);
    }
  }

  /**
   * Puts a file that was placed before into a further place, as {@link #place} does, without
   * reading it again where it can be linked.
   */
  public static void repeat(Path placed, Path target) {
    try {
      if (!link(placed, target)) {
        Files.copy(placed, target);
      }
    } catch (IOException e) {
      throw WriteFailure.of(target, 0, e);
    }
  }

  private static boolean link(Path existing, Path added) {
    try {
      FileStore here = Files.getFileStore(existing);
      if (!here.equals(Files.getFileStore(added.getParent()))) {
        return false;
      }
      Files.createLink(added, existing);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** The folders that hold the files, outermost first, sorted. */
  public List<String> folders() {
    List<String> folders = new ArrayList<>();
    for (String path : files.keySet()) {
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        folders.add(path.substring(0, slash));
      }
    }
    return folders.stream().distinct().sorted().toList();
  }

  /** How many bytes all files have. */
  public long totalBytes() {
    return files.keySet().stream().mapToLong(this::bytes).sum();
  }

  private static InputStream open(Path file) {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static DoptException unreadable(Path file, Exception e) {
    return new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
  }
}
