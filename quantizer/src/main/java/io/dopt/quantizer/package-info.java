/**
 * Which layer of a graph computes in which precision, and the port through which calibration will
 * run graphs. Knows graphs only; whoever calls it brings the engine.
 */
package io.dopt.quantizer;
