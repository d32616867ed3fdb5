/**
 * What family builders are written in: a configuration that counts which keys were read, a source
 * of weights, and PyTorch's layers over the IR's {@link io.dopt.ir.GraphBuilder}. Nothing here
 * knows a model.
 */
package io.dopt.importer.family.nn;
