/**
 * The portable build package, which is a bundle whose engines have still to be built on the machine
 * that will run them, and the port through which they are built.
 */
package io.dopt.runtime.build;
