/**
 * What an engine to compile for must offer, and what it answers. Each target has a package of its
 * own beside this one.
 */
package io.dopt.compiler.target;
