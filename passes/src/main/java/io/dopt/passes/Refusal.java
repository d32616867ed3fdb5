package io.dopt.passes;

/**
 * Why a pass left a place alone that looked like its own.
 *
 * @param pass name of the pass
 * @param node the node its pattern was found at
 * @param reason what stood in the way, as a clause: {@code the convolution has a second reader}
 */
public record Refusal(String pass, String node, String reason) {}
