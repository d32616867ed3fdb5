/**
 * The CUDA driver: devices, memory, streams, events and graphs. Bound to {@code libcuda.so.1}
 * itself, which every installed driver has, so that no CUDA toolkit or {@code libcudart} of a
 * certain version is needed. Every result is checked; what fails is a {@code DoptException}.
 */
package io.dopt.tensorrt.cuda;
