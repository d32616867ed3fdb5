/**
 * Checkpoints with random weights, for benchmarks without downloads: the tensors a family builder
 * asks for under a configuration, written in diffusers' layout. Same configuration and seed, same
 * bytes.
 */
package io.dopt.importer.synthetic;
