/** Finds the native libraries of TensorRT, checks their versions and loads them. */
package io.dopt.tensorrt.library;
