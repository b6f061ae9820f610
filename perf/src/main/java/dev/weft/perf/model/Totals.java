package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What went through in the measured time, as the end saw it that takes the messages (for round trips: the client).
 *
 * @param seconds           measured time of all repeats
 * @param bytes             delivered payload; of round trips both ways together
 * @param messages          delivered; of round trips: whole ones
 * @param bytesPerSecond    over all streams
 * @param messagesPerSecond over all streams
 * @param sent              messages handed to the transport over the whole run, warm-up included
 * @param received          messages taken from the transport over the whole run, warm-up included
 * @param lost              sent and never received
 * @param duplicated        received more than once
 * @param reordered         received after a later one
 * @param retransmits       TCP segments sent again (TCP_INFO); null for other transports
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Totals(double seconds, long bytes, long messages, double bytesPerSecond, double messagesPerSecond, long sent, long received,
        long lost, long duplicated, long reordered, Long retransmits) {
}
