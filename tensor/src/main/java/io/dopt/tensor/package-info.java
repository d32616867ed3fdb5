/**
 * What every other module shares: element types, lazily read tensors, the safetensors format, and
 * the errors a user sees. It depends on no other module, so that the compile side and the thin
 * runtime can both stand on it.
 */
package io.dopt.tensor;
