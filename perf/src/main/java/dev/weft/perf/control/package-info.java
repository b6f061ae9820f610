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
 * A coordinator of a mesh has a server measure towards another one. The proof is HMAC-SHA-256 of nonce and order with the token both know:
 *
 * <pre>
 *  coordinator                              server of host A                     server of host B
 *    | -- hello ----------------------------> |
 *    | <- hello {mesh} ---------------------- |     and closed
 *    | -- measure {order} ------------------> |
 *    | <- refused | challenge {nonce} ------- |
 *    | -- proof {proof} --------------------> |
 *    | <- refused | busy -------------------- | == a test as above, A being its client ==> |
 *    | <- measuring ------------------------- |     one a second
 *    | <- measured {run} | refused ---------- |     the coordinator closes
 * </pre>
 *
 * Each message is a 4-byte big-endian length and so many bytes of JSON. Lengths are checked before anything is allocated, every wait has
 * a limit, and a connection that ends ends the test. Tests need no secret:
 * whoever reaches the port can measure to it, and nothing else.
 */
package dev.weft.perf.control;
