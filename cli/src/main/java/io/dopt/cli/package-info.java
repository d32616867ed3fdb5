/**
 * The {@code dopt} command: parses the command line, wires importer, passes, compiler, runtime and
 * evals together, and reports to people and scripts. Nothing is computed here.
 */
package io.dopt.cli;
