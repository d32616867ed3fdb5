package io.dopt.compiler.lock;

import io.dopt.ir.GraphHash;
import io.dopt.ir.Weight;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * The hashes of the files a pipeline was read from, computed in the background while the pipeline
 * is compiled. Files are named relative to the folder that holds them all.
 */
public final class SourceHashes implements AutoCloseable {
  private final Map<Path, Future<String>> hashes = new LinkedHashMap<>();
  private final Map<Path, String> names = new LinkedHashMap<>();
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "source hashes");
            thread.setDaemon(true);
            return thread;
          });

  /** Starts hashing the sources of {@code model}. */
  public SourceHashes(PipelineModel model, FileHashes files) {
    TreeSet<Path> sources = new TreeSet<>();
    model.sources().forEach(source -> sources.add(absolute(source)));
    model
        .components()
        .values()
        .forEach(component -> component.sources().forEach(source -> sources.add(absolute(source))));
    Path root = commonFolder(sources);
    for (Path source : sources) {
      names.put(source, root.relativize(source).toString().replace('\\', '/'));
      hashes.put(source, worker.submit(() -> files.hash(source)));
    }
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private static Path commonFolder(Iterable<Path> sources) {
    Path common = null;
    for (Path source : sources) {
      common = common == null ? source.getParent() : common;
      while (!source.startsWith(common)) {
        common = common.getParent();
      }
    }
    return common;
  }

  /**
   * Hash by file name; waits until all are computed.
   *
   * @throws DoptException (IO) when a file cannot be read; (INTERRUPTED)
   */
  public SortedMap<String, String> all() {
    SortedMap<String, String> all = new TreeMap<>();
    names.forEach((source, name) -> all.put(name, await(source)));
    return all;
  }

  /**
   * The hash of the component's graph with the content of its weights, independent of where files
   * lie; waits for the component's files.
   */
  public String contentHash(Component component) {
    return GraphHash.of(component.graph(), replacing(component, this::await));
  }

  /** The hash of the component's graph with the names of its files in place of their content. */
  public String structureHash(Component component) {
    return GraphHash.of(component.graph(), replacing(component, names::get));
  }

  private Function<Weight, String> replacing(Component component, Function<Path, String> text) {
    List<String[]> replacements = new ArrayList<>();
    for (Path source : component.sources()) {
      try {
        replacements.add(new String[] {TensorFile.identity(source), text.apply(absolute(source))});
      } catch (IOException e) {
        throw unreadable(source, e);
      }
    }
    return weight -> {
      String replaced = weight.data().fingerprint();
      for (String[] replacement : replacements) {
        replaced = replaced.replace(replacement[0], replacement[1]);
      }
      return replaced;
    };
  }

  private String await(Path source) {
    try {
      return hashes.get(source).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DoptException(ErrorCode.INTERRUPTED, "Interrupted while reading " + source, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DoptException failure) {
        throw failure;
      }
      throw unreadable(source, e.getCause());
    } catch (CancellationException e) {
      throw unreadable(source, e);
    }
  }

  private static DoptException unreadable(Path source, Throwable cause) {
    return new DoptException(
        ErrorCode.IO, source + " cannot be read: " + cause.getMessage(), cause);
  }

  /** Stops hashing. */
  @Override
  public void close() {
    worker.shutdownNow();
  }
}
