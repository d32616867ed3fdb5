/**
 * Which layer of a graph computes in which precision. Knows graphs only; whoever calls it brings
 * the engine.
 */
package io.dopt.quantizer;
