package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What a process spent during the measured time.
 *
 * @param name                        {@code client}, {@code server}, or {@code agent HOST}
 * @param pid                         process
 * @param cpuSeconds                  user and system time of the whole process
 * @param userSeconds                 of that, in user mode
 * @param systemSeconds               of that, in the kernel
 * @param cpuSecondsPerGigabyte       per 10^9 delivered bytes; null when none were delivered
 * @param voluntaryContextSwitches    the process gave the processor up
 * @param involuntaryContextSwitches  the processor was taken away
 * @param allocatedBytes              on the Java heap; null for an agent
 * @param gcCount                     collections; null for an agent
 * @param gcPauseNanos                time of all collections together; null for an agent
 * @param rssBytes                    resident memory at the end
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Side(String name, long pid, double cpuSeconds, double userSeconds, double systemSeconds, Double cpuSecondsPerGigabyte,
        Long voluntaryContextSwitches, Long involuntaryContextSwitches, Long allocatedBytes, Long gcCount, Long gcPauseNanos,
        Long rssBytes) {
}
