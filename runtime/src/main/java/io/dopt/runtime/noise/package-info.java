/**
 * The documented random generator behind seeds: the same seed gives the same noise on every
 * machine, and any one image of a call can be made again alone.
 */
package io.dopt.runtime.noise;
