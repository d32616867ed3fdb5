/**
 * What the operating system tells of what a process uses: memory and energy. Where it does not
 * tell, the answer is absent, never zero.
 */
package io.dopt.evals.resource;
