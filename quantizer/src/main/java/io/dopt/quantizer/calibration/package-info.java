/**
 * What the values of a denoiser look like while it makes images: statistics per stretch of
 * timesteps, the file that keeps them, and the ways to choose a range from them. Instruments graphs
 * and adds up what their runs say; whoever calls it brings the engine.
 */
package io.dopt.quantizer.calibration;
