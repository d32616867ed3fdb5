package io.dopt.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * What one command says: results on standard output, progress and remarks on standard error.
 *
 * @param out for results, and nothing else
 * @param err for progress, warnings and errors
 * @param json results are JSON documents
 * @param quiet no progress; warnings and errors remain
 * @param verbose stack traces and details
 */
record Console(
    PrintStream out,
    PrintStream err,
    Terminal terminal,
    boolean json,
    boolean quiet,
    boolean verbose) {

  /** Prints a line, or several, of the result for people. */
  void result(String text) {
    out.println(text);
  }

  /**
   * Prints the result: the document when {@code --json} was given, else the text.
   *
   * @param document what Jackson can write: records, maps, lists
   */
  void result(Object document, String text) {
    out.println(json ? toJson(document) : text);
  }

  /** Prints a line of progress unless {@code --quiet}. */
  void progress(String line) {
    if (!quiet) {
      err.println(line);
    }
  }

  /** Prints what the user should know although the command goes on. */
  void warning(String message) {
    err.println(paint("33;1", "dopt: warning: ") + message);
  }

  void error(String message) {
    err.println(paint("31;1", "dopt: error: ") + message);
  }

  private String paint(String code, String text) {
    return terminal.color() ? "\033[" + code + "m" + text + "\033[0m" : text;
  }

  static String toJson(Object document) {
    try {
      return new ObjectMapper()
          .registerModule(new Jdk8Module())
          .registerModule(new SimpleModule().addSerializer(Path.class, ToStringSerializer.instance))
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new DoptException(ErrorCode.INTERNAL, "The result cannot be written as JSON.", e);
    }
  }
}
