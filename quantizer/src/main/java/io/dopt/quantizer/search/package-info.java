/**
 * Which layers to quantize under a budget: how much noise each would add, how much work it would
 * save, and how many of them a budget allows. Knows graphs and calibrations; whoever calls it runs
 * engines and judges images.
 */
package io.dopt.quantizer.search;
