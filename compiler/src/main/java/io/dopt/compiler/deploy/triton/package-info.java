/**
 * A bundle as a model repository of Triton Inference Server: a model per engine and ensembles of
 * them. What is written follows Triton's own schema, and what its backends ask beyond it.
 */
package io.dopt.compiler.deploy.triton;
