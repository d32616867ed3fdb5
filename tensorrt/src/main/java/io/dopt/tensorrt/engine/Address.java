package io.dopt.tensorrt.engine;

import org.bytedeco.javacpp.Pointer;

/** A plain address for TensorRT, which owns nothing. */
final class Address extends Pointer {
  Address(long value) {
    this.address = value;
  }
}
