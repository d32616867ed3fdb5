/**
 * Builds plans with TensorRT, each in a process of its own: what it leaks ends with the process,
 * and so does a crash.
 */
package io.dopt.tensorrt.build;
