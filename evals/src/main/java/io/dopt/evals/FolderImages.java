package io.dopt.evals;

import io.dopt.evals.report.Subject;
import io.dopt.runtime.image.ImageFiles;
import io.dopt.runtime.image.PngTextEntries;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Images read from a folder: its PNG files in the order of their names. */
final class FolderImages implements ImageSource {
  private final Path folder;
  private final List<Path> files;

  private FolderImages(Path folder, List<Path> files) {
    this.folder = folder;
    this.files = files;
  }

  /**
   * Lists the images of a folder.
   *
   * @param samples how many are needed; further ones are not looked at
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when it holds too few
   */
  static FolderImages open(Path folder, int samples) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> files =
          entries
              .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".png"))
              .sorted()
              .toList();
      if (files.size() < samples) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            String.format(
                "The reference folder %s has %d PNG images, but the evaluation has %d samples, each"
                    + " of which needs its own (0000.png, 0001.png, ...). Add images, or take fewer"
                    + " samples with --count.",
                folder, files.size(), samples));
      }
      return new FolderImages(folder, files);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, "The reference folder " + folder + " cannot be read: " + e, e);
    }
  }

  @Override
  public Subject subject() {
    return new Subject(
        Subject.Kind.FOLDER,
        folder.getFileName().toString(),
        folder.toString(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public void warmUp() {}

  @Override
  public SourcedImage image(int index, String prompt, long seed) {
    Path file = files.get(index);
    return new SourcedImage(
        ImageFiles.read(file),
        true,
        PngTextEntries.read(file),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public void close() {}
}
