package io.dopt.importer.checkpoint;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder of files from a stranger: hands out paths of files that really lie in it and remembers
 * which it handed out. A symbolic link may lead elsewhere in the folder, or, in the cache of the
 * Hugging Face hub, into the {@code blobs} folder of the same repository.
 */
final class CheckpointFolder {
  private final Path root;
  private final Path realRoot;
  private final Optional<Path> hubBlobs;
  private final Set<Path> used = new LinkedHashSet<>();

  CheckpointFolder(Path root) {
    this.root = root;
    try {
      realRoot = root.toRealPath();
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, root + " cannot be read: " + e.getMessage() + ".", e);
    }
    hubBlobs = hubBlobs(realRoot);
  }

  /** {@code models--owner--name/blobs} when the folder lies in such a repository's snapshots. */
  private static Optional<Path> hubBlobs(Path realRoot) {
    for (Path folder = realRoot; folder.getFileName() != null; folder = folder.getParent()) {
      Path parent = folder.getParent();
      boolean snapshots = folder.getFileName().toString().equals("snapshots");
      if (snapshots && parent.getFileName() != null) {
        String repository = parent.getFileName().toString();
        return repository.startsWith("models--")
            ? Optional.of(parent.resolve("blobs"))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  Path root() {
    return root;
  }

  /** Files handed out so far. */
  List<Path> used() {
    return new ArrayList<>(used);
  }

  /**
   * The file at {@code relative}, empty when there is none.
   *
   * @throws DoptException (BAD_INPUT) when it is a link that leads outside
   */
  Optional<Path> find(String relative) {
    Path path = root.resolve(relative);
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      Path real = path.toRealPath();
      if (real.startsWith(realRoot) || hubBlobs.filter(real::startsWith).isPresent()) {
        used.add(path);
        return Optional.of(path);
      }
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s is a symbolic link that leads out of the checkpoint, to %s. If you trust it, put"
                  + " the file itself there (cp -L).",
              path, real));
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          path + " is a symbolic link that leads nowhere. The checkpoint is incomplete.",
          e);
    }
  }

  /**
   * The file at {@code relative}.
   *
   * @throws DoptException (BAD_INPUT) when there is none, or it is a link that leads outside
   */
  Path require(String relative) {
    return find(relative)
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.BAD_INPUT,
                    root.resolve(relative)
                        + " does not exist. The checkpoint is incomplete; download it again."));
  }

  /** Names of the entries of the folder {@code relative}, sorted; empty when there is none. */
  List<String> list(String relative) {
    Path folder = relative.isEmpty() ? root : root.resolve(relative);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, folder + " cannot be read: " + e.getMessage() + ".", e);
    }
  }
}
