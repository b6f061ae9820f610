/**
 * The CNI verbs, specification 1.1.0, as the agent answers them. The plugin a runtime executes is {@code src/main/c/weft.c}; what it
 * sends arrives here as one {@link dev.weft.cni.CniCall}.
 */
package dev.weft.cni;
