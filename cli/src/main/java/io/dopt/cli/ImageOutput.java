package io.dopt.cli;

import io.dopt.runtime.image.ImageFiles;
import io.dopt.runtime.pipeline.GeneratedImage;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where the images of a generate go: one PNG file, or a folder of {@code 0000.png}, {@code
 * 0001.png}, ... Decided, and refused, before anything is computed.
 */
final class ImageOutput {
  private final List<Path> files;

  private ImageOutput(List<Path> files) {
    this.files = files;
  }

  /**
   * The files for that many images.
   *
   * @param target a name ending in {@code .png}, for one image; else a folder
   * @throws DoptException (USAGE) for several images into one file; (IO) when a file exists and
   *     {@code force} is not given, or the place cannot be written
   */
  static ImageOutput plan(Path target, int images, boolean force) {
    boolean isFile =
        target.toString().toLowerCase(Locale.ROOT).endsWith(".png") && !Files.isDirectory(target);
    if (isFile && images > 1) {
      throw new DoptException(
          ErrorCode.USAGE,
          images
              + " images do not go into the one file "
              + target
              + ". Name a folder with -o, or put them side by side with --grid.");
    }
    if (!isFile && target.getFileName() != null && hasOtherExtension(target)) {
      throw new DoptException(
          ErrorCode.USAGE,
          target + ": images are written as PNG; name a file ending in .png, or a folder.");
    }
    List<Path> files = new ArrayList<>();
    for (int image = 0; image < images; image++) {
      files.add(isFile ? target : target.resolve(String.format(Locale.ROOT, "%04d.png", image)));
    }
    for (Path file : files) {
      OutputFile.requireFree(file, force);
    }
    return new ImageOutput(files);
  }

  private static boolean hasOtherExtension(Path target) {
    return !Files.isDirectory(target)
        && target.getFileName().toString().matches("(?i).*\\.(jpe?g|gif|webp|bmp|tiff?)");
  }

  /** The files there will be, in the order of the images. */
  List<Path> files() {
    return List.copyOf(files);
  }

  /** Writes an image to its place and returns that. */
  Path write(GeneratedImage image) {
    Path file = files.get(image.index());
    OutputFile.createFolder(file);
    ImageFiles.writePng(image.image(), image.pngText(), file);
    return file;
  }
}
