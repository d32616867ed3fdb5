package io.dopt.tensorrt.build;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Where the process that builds one plan enters. It reads a {@link BuildOrder}, speaks in {@link
 * BuildMessage}s, and ends when its parent does.
 */
public final class BuildProcess {
  private static final Path OUT_OF_MEMORY_SCORE = Path.of("/proc/self/oom_score_adj");

  private BuildProcess() {}

  /**
   * Builds.
   *
   * @param arguments the file of the order
   */
  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    endWithParent();
    offerToBeKilledFirst();
    Consumer<BuildMessage> tell = message -> out.println(message.toLine());
    tell.accept(result(arguments, tell));
    out.flush();
    // TensorRT's own threads and destructors have nothing more to do that matters.
    Runtime.getRuntime().halt(0);
  }

  private static BuildMessage result(String[] arguments, Consumer<BuildMessage> tell) {
    try {
      EngineBuild.run(BuildOrder.read(Path.of(arguments[0])), tell);
      return BuildMessage.done();
    } catch (DoptException e) {
      return BuildMessage.failure(e.code(), e.getMessage());
    } catch (IOException e) {
      return BuildMessage.failure(ErrorCode.IO, "The plan cannot be written: " + e + ".");
    } catch (OutOfMemoryError e) {
      return BuildMessage.failure(
          ErrorCode.ENGINE, "The building process ran out of Java memory: " + e.getMessage() + ".");
    } catch (RuntimeException | LinkageError e) {
      return BuildMessage.failure(ErrorCode.INTERNAL, "The building process failed: " + e + ".");
    }
  }

  /** The parent never writes; its pipe closes when it is gone, however that came. */
  private static void endWithParent() {
    Thread watch =
        new Thread(
            () -> {
              try (InputStream in = new FileInputStream(FileDescriptor.in)) {
                in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                // It is gone just the same.
              }
              Runtime.getRuntime().halt(1);
            },
            "dopt-parent");
    watch.setDaemon(true);
    watch.start();
  }

  /** When memory runs out the system shall end this process, not the one that can tell of it. */
  private static void offerToBeKilledFirst() {
    try {
      Files.writeString(OUT_OF_MEMORY_SCORE, "500");
    } catch (IOException e) {
      // Then the system chooses by size.
    }
  }
}
