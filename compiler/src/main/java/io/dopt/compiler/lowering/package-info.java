/**
 * The rules by which nodes of the IR become ONNX operators, one per file, and their catalogue.
 * Every rule says for which nodes it does not apply; what a rule refuses goes to the next one, and
 * a diffusion operator that none takes is decomposed.
 */
package io.dopt.compiler.lowering;
