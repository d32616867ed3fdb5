/**
 * A whole pipeline on its way to a bundle: component graphs with what the runtime must know beside
 * them. The importer makes it, passes and quantizer replace graphs in it, the compiler writes it
 * out.
 */
package io.dopt.ir.pipeline;
