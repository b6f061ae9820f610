/**
 * What a run of {@code weft perf} found, as plain records, and the JSON document that holds it.
 *
 * <pre>
 * RunDocument            one file: format, version, kind (run | sweep | layers | mesh)
 *   +-- RunResult ...    one measured run; a document of kind "run" has exactly one
 *         +-- Parameters      what was asked for
 *         +-- Verdict         complete | partial | failed, and why
 *         +-- PathUsed        transport actually used, fallbacks, stalls
 *         +-- Latency         raw and corrected histogram, merged over streams and repeats
 *         +-- Totals          bytes, messages, lost, duplicated
 *         +-- Interval ...    time series, of all repeats one after the other
 *         +-- Repeat ...      the same for each repeat
 *         +-- Confidence ...  mean and interval of each figure over the repeats
 *         +-- Side            cost on the client, the server, and each agent
 *         +-- Environment     kernel, CPU, NIC, JDK of client and server
 * </pre>
 *
 * Every name carries its unit; times of messages are nanoseconds, throughput is bytes and messages a second. A figure that could not be
 * taken is null, never 0.
 */
package dev.weft.perf.model;
