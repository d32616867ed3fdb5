package io.dopt.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * An error as the user gets it.
 *
 * @param code why, and the exit code
 * @param message one paragraph
 */
record ErrorReport(ErrorCode code, String message) {
  private static final int MAXIMUM_CAUSES = 50;

  /** Turns whatever was thrown into something to act on. */
  static ErrorReport of(Throwable thrown) {
    if (Thread.currentThread().isInterrupted()) {
      return interrupted();
    }
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < MAXIMUM_CAUSES; depth++) {
      if (cause instanceof ClosedByInterruptException || cause instanceof InterruptedException) {
        return interrupted();
      }
      cause = cause.getCause();
    }
    if (thrown instanceof DoptException refused) {
      return new ErrorReport(refused.code(), paragraph(refused.getMessage()));
    }
    if (thrown instanceof UncheckedIOException unchecked) {
      return of(unchecked.getCause());
    }
    if (thrown instanceof IOException io) {
      return new ErrorReport(ErrorCode.IO, paragraph(describe(io)));
    }
    if (thrown instanceof OutOfMemoryError) {
      return new ErrorReport(
          ErrorCode.INTERNAL,
          paragraph(
              "dopt ran out of memory ("
                  + thrown.getMessage()
                  + "). Give it more with DOPT_JAVA_OPTS=-Xmx4g, or ask for smaller images or"
                  + " batches."));
    }
    return new ErrorReport(
        ErrorCode.INTERNAL,
        paragraph(
            "internal error: "
                + thrown
                + ". This is a defect in dopt; please report it with the output of the same command"
                + " with --verbose."));
  }

  private static ErrorReport interrupted() {
    return new ErrorReport(ErrorCode.INTERRUPTED, "interrupted");
  }

  private static String describe(IOException e) {
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist.";
    }
    if (e instanceof AccessDeniedException denied) {
      return "No permission for " + denied.getFile() + ".";
    }
    if (e instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " already exists.";
    }
    if (e instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getFile() + ": " + failed.getReason() + ".";
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** One paragraph without control characters: names from hostile files end up in messages. */
  private static String paragraph(String message) {
    return message.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?").strip();
  }

  /** The form {@code --json} prints on standard output. */
  record Document(@JsonProperty("error") Body error) {
    record Body(ErrorCode code, int exitCode, String message) {}
  }

  Document document() {
    return new Document(new Document.Body(code, code.exitCode(), message));
  }
}
