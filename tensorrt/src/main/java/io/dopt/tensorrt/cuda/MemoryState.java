package io.dopt.tensorrt.cuda;

/**
 * The memory of a GPU at some moment.
 *
 * @param freeBytes what an allocation can hope for
 * @param totalBytes all of it
 */
public record MemoryState(long freeBytes, long totalBytes) {}
