package io.dopt.importer.checkpoint;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The CLIP that a checkpoint names to score its images with: {@code clip.txt} holds the name of the
 * CLIP's folder, which lies beside the checkpoint's.
 */
final class NamedClip {
  static final String FILE_NAME = "clip.txt";

  private static final long MAXIMUM_BYTES = 1 << 10;

  /** A name and no path: a checkpoint has no business anywhere else. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private NamedClip() {}

  /**
   * The files of the CLIP: config, weights, tokenizer and preprocessor config, by name.
   *
   * @param checkpoint the folder of the checkpoint
   * @param file its clip.txt
   * @param notes told when the CLIP is not there
   * @throws DoptException (BAD_INPUT) when the file holds no name, or the folder no CLIP
   */
  static SortedMap<String, Path> files(Path checkpoint, Path file, List<String> notes) {
    String name = read(file);
    Path folder = checkpoint.toAbsolutePath().normalize().resolveSibling(name);
    if (!Files.isDirectory(folder)) {
      notes.add(
          String.format(
              "%s names the CLIP %s, but there is no folder %s: 'dopt eval' will give no CLIP score"
                  + " unless it gets one with --clip.",
              file, name, folder));
      return Collections.emptySortedMap();
    }
    try (Checkpoint clip = CheckpointReader.open(folder, CheckpointOptions.none())) {
      if (!(clip instanceof ClipFolder)) {
        throw refuse(file, "names " + folder + ", which is no CLIP");
      }
      clip.components().keySet().forEach(clip::component);
      clip.tokenizers().forEach(tokenizer -> clip.tokenizer(tokenizer, Integer.MAX_VALUE));
      clip.options();
      SortedMap<String, Path> files = new TreeMap<>();
      clip.sources().forEach(source -> files.put(folder.relativize(source).toString(), source));
      return files;
    }
  }

  private static String read(Path file) {
    try {
      if (Files.size(file) > MAXIMUM_BYTES) {
        throw refuse(file, "is too large to be the name of a folder");
      }
      String name = Files.readString(file).strip();
      if (!NAME.matcher(name).matches()) {
        throw refuse(file, "holds \"" + name + "\", which is not the plain name of a folder");
      }
      return name;
    } catch (IOException e) {
      throw new DoptException(ErrorCode.BAD_INPUT, file + " cannot be read as UTF-8 text.", e);
    }
  }

  private static DoptException refuse(Path file, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        file
            + " "
            + what
            + ". Name the folder of a CLIP beside the checkpoint, or delete the file.");
  }
}
