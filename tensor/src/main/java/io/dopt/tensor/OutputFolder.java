package io.dopt.tensor;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An output folder that appears whole or not at all. Files are written into a hidden folder beside
 * the target; {@link #commit} renames it. Closed without commit, or interrupted (Ctrl-C), it leaves
 * nothing behind.
 */
public final class OutputFolder implements AutoCloseable {
  private final Path target;
  private final boolean force;
  private final String marker;
  private final Path work;
  private final List<Path> createdParents;
  private final Thread onShutdown = new Thread(this::discard, "discard unfinished output");
  private boolean finished;

  private OutputFolder(
      Path target, boolean force, String marker, Path work, List<Path> createdParents) {
    this.target = target;
    this.force = force;
    this.marker = marker;
    this.work = work;
    this.createdParents = createdParents;
  }

  /**
   * Starts an output folder; missing parent folders are created.
   *
   * @param target where the folder is to appear
   * @param force whether a folder that is there may be replaced, which happens at the commit
   * @param marker a file every folder of this kind has; with {@code force}, only an empty folder or
   *     one with this file is replaced, so that a slip cannot delete something else
   * @throws DoptException (IO) when the target exists and may not be replaced, or cannot be written
   */
  public static OutputFolder create(Path target, boolean force, String marker) {
    requireReplaceable(target, force, marker);
    return start(target, force, marker);
  }

  /**
   * A folder for what is needed only meanwhile: hidden, under a name that nothing else has, and
   * gone when it is closed or the process is interrupted.
   *
   * @param like what its name begins with, and beside what it lies; whether that exists does not
   *     matter
   * @throws DoptException (IO) when it cannot be written
   */
  public static OutputFolder temporary(Path like) {
    return start(like, false, "");
  }

  /**
   * Refuses what {@link #create} would, and creates nothing.
   *
   * @throws DoptException (IO) when the target exists and may not be replaced
   */
  public static void requireReplaceable(Path target, boolean force, String marker) {
    refuseExisting(absolute(target), force, marker);
  }

  private static Path absolute(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    if (absolute.getFileName() == null) {
      throw new DoptException(ErrorCode.IO, target + " cannot be an output folder.");
    }
    return absolute;
  }

  private static OutputFolder start(Path target, boolean force, String marker) {
    Path absolute = absolute(target);
    List<Path> createdParents = new ArrayList<>();
    Path work =
        absolute.resolveSibling(
            "." + absolute.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".part");
    OutputFolder folder = new OutputFolder(absolute, force, marker, work, createdParents);
    try {
      Runtime.getRuntime().addShutdownHook(folder.onShutdown);
      for (Path parent = absolute.getParent();
          parent != null && !Files.exists(parent);
          parent = parent.getParent()) {
        createdParents.add(parent);
      }
      Files.createDirectories(absolute.getParent());
      Files.createDirectory(work);
      return folder;
    } catch (IOException e) {
      folder.close();
      throw WriteFailure.of(target, 0, e);
    } catch (IllegalStateException e) {
      throw interrupted(target);
    }
  }

  private static void refuseExisting(Path target, boolean force, String marker) {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!force) {
      throw new DoptException(
          ErrorCode.IO,
          target + " already exists. Name another output, or replace it with --force.");
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)
        || !isEmpty(target) && !Files.exists(target.resolve(marker))) {
      throw new DoptException(
          ErrorCode.IO,
          String.format(
              "%s already exists and is not a folder with a %s, so --force does not replace it."
                  + " Name another output, or remove it yourself.",
              target, marker));
    }
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Where the folder is to appear, absolute. */
  public Path target() {
    return target;
  }

  /**
   * The path to write a file at until the commit; its parent folders are created.
   *
   * @param relative the file's place in the folder, segments separated by {@code /}
   * @throws DoptException (INTERNAL) when it would lie outside the folder: absolute, with {@code
   *     ..}, or through a symbolic link; (INTERRUPTED) when the folder was discarded
   */
  public synchronized Path resolve(String relative) {
    if (finished) {
      throw interrupted(target);
    }
    Path file = work;
    try {
      for (String segment : relative.split("/", -1)) {
        file = file.resolve(segment);
        if (segment.isEmpty()
            || segment.equals(".")
            || segment.equals("..")
            || segment.contains("\\")
            || Files.isSymbolicLink(file)) {
          throw outside(relative);
        }
      }
      Files.createDirectories(file.getParent());
      return file;
    } catch (InvalidPathException e) {
      throw outside(relative);
    } catch (IOException e) {
      throw WriteFailure.of(target.resolve(relative), 0, e);
    }
  }

  private DoptException outside(String relative) {
    return new DoptException(
        ErrorCode.INTERNAL, "\"" + relative + "\" does not lie inside the output " + target + ".");
  }

  private static DoptException interrupted(Path target) {
    return new DoptException(ErrorCode.INTERRUPTED, "Interrupted; " + target + " was not written.");
  }

  /**
   * Makes the folder appear at its target.
   *
   * @throws DoptException (IO) when a folder has appeared there meanwhile, or renaming fails; what
   *     was there before stays
   */
  public synchronized void commit() {
    if (finished) {
      throw interrupted(target);
    }
    refuseExisting(target, force, marker);
    Path replaced = work.resolveSibling(work.getFileName() + ".old");
    try {
      boolean replaces = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
      if (replaces) {
        Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
      }
      try {
        Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        if (replaces) {
          Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
        }
        throw e;
      }
      finished = true;
      if (replaces) {
        deleteTree(replaced);
      }
    } catch (IOException e) {
      throw WriteFailure.of(target, 0, e);
    }
  }

  /** Deletes what was written, unless it was committed. */
  @Override
  public void close() {
    discard();
    try {
      Runtime.getRuntime().removeShutdownHook(onShutdown);
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook runs or has run, and finds nothing left to do.
    }
  }

  private synchronized void discard() {
    if (finished) {
      return;
    }
    finished = true;
    try {
      // After Ctrl-C, a writer may still be at work for a moment and put a file where one was
      // deleted; from now on it is given no new path.
      for (int attempt = 0; Files.exists(work) && attempt < 20; attempt++) {
        tryDelete(work);
      }
      for (Path parent : createdParents) {
        Files.deleteIfExists(parent);
      }
    } catch (DirectoryNotEmptyException e) {
      // Someone else uses the parent folder by now; it stays.
    } catch (IOException e) {
      throw WriteFailure.of(work, 0, e);
    }
  }

  private static void tryDelete(Path folder) throws IOException {
    try {
      deleteTree(folder);
    } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
      try {
        Thread.sleep(25);
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException e)
              throws IOException {
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
