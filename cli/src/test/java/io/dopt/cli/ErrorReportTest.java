package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ErrorReportTest {

  @Test
  void aRefusalKeepsItsCodeAndBecomesOneParagraph() {
    ErrorReport report =
        ErrorReport.of(new DoptException(ErrorCode.BAD_INPUT, "wrong\n  in \u001b[31mfile\u0000"));

    assertEquals(new ErrorReport(ErrorCode.BAD_INPUT, "wrong in ?[31mfile?"), report);
  }

  @Test
  void aMissingFileIsNamed() {
    ErrorReport report =
        ErrorReport.of(new UncheckedIOException(new NoSuchFileException("prompts.txt")));

    assertEquals(new ErrorReport(ErrorCode.IO, "prompts.txt does not exist."), report);
  }

  @Test
  void anInterruptedWriteIsAnInterruption() {
    ErrorReport report =
        ErrorReport.of(
            new DoptException(ErrorCode.IO, "cannot write", new ClosedByInterruptException()));

    assertEquals(ErrorCode.INTERRUPTED, report.code());
  }

  @Test
  void anythingElseIsADefectToReport() {
    for (Throwable thrown :
        new Throwable[] {new NullPointerException("x"), new StackOverflowError()}) {
      ErrorReport report = ErrorReport.of(thrown);
      assertEquals(ErrorCode.INTERNAL, report.code());
      assertTrue(report.message().contains("please report it"), report.message());
      assertTrue(report.message().contains("--verbose"), report.message());
    }
  }

  @Test
  void outOfMemorySaysHowToGiveMore() {
    ErrorReport report = ErrorReport.of(new OutOfMemoryError("Java heap space"));

    assertEquals(ErrorCode.INTERNAL, report.code());
    assertTrue(report.message().contains("DOPT_JAVA_OPTS=-Xmx"), report.message());
  }

  @Test
  void whatCannotBeReadIsAnInputProblem() {
    assertEquals(ErrorCode.IO, ErrorReport.of(new IOException("broken")).code());
  }
}
