/**
 * How client and server of a test find together: one TCP connection for control beside the streams of the test.
 *
 * <pre>
 *  client                                   server
 *    | -- "WEFT-PERF 1\n" ------------------> |     anything else: closed at once
 *    | <------------------ "WEFT-PERF 1\n" -- |     another version: this answer, then closed
 *    | -- test {plan} ----------------------> |
 *    | <- refused {reason} | busy {seconds} - |     and closed
 *    | <- ready {token, addresses} ---------- |
 *    | == streams connect ===================>|     each brings the token
 *    | <- connected {environment} ----------- |
 *    | -- clock ----------------------------> |  ]
 *    | <- clock {nanos} --------------------- |  ]  repeated
 *    | -- start {clientAheadNanos} ---------> |
 *    | <- started --------------------------- |
 *    | <- interval {...} -------------------- |     one an interval
 *    | -- finish {sent} --------------------> |
 *    | <- result {report} ------------------- |     and closed
 * </pre>
 *
 * Each message is a 4-byte big-endian length and so many bytes of JSON. Lengths are checked before anything is allocated, every wait has
 * a limit, and a connection that ends ends the test. There is no secret: whoever reaches the port can measure, and nothing else.
 */
package dev.weft.perf.control;
