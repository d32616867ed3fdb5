/** A bundle as one tar archive whose bytes depend on the bundle's content alone. */
package io.dopt.compiler.deploy.tar;
