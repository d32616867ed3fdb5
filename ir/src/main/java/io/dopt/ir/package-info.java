/**
 * The language the compile side shares: an immutable SSA graph of typed values with symbolic shapes
 * and lazy weights. Graphs are written with {@link io.dopt.ir.GraphBuilder} and checked by {@link
 * io.dopt.ir.GraphVerifier}.
 */
package io.dopt.ir;
