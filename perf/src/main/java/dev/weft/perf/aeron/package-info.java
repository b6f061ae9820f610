/**
 * Aeron streams: one each way. The driver is the process's own, or one that is there already, such as the one Weft's agent runs for a
 * network; the messages then travel on Weft's links.
 *
 * <pre>
 *   client                              server
 *     |--- hello: token, reply address --->|   on the stream that the server listens on
 *     |<-- welcome: token -----------------|   on the stream that the client listens on
 *     |<== messages ======================>|
 * </pre>
 */
package dev.weft.perf.aeron;
