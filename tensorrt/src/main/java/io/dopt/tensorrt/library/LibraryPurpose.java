package io.dopt.tensorrt.library;

/** What TensorRT is loaded for, which decides which of its files are needed. */
public enum LibraryPurpose {
  /** To run plans. */
  RUN(false, false),
  /** To run plans and give them weights from ONNX files. */
  REFIT(true, false),
  /** To build plans, for which there is a file of 1.4 GB. */
  BUILD(true, true);

  private final boolean parser;
  private final boolean builder;

  LibraryPurpose(boolean parser, boolean builder) {
    this.parser = parser;
    this.builder = builder;
  }

  boolean needsParser() {
    return parser;
  }

  boolean needsBuilder() {
    return builder;
  }
}
