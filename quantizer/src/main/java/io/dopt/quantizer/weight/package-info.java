/**
 * What becomes of a weight when it is quantized: its scales, the smoothing before it, the low-rank
 * branch beside it and the bias that makes up for it. Reads weights as they stream by; writes
 * nothing.
 */
package io.dopt.quantizer.weight;
