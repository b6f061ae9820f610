package dev.weft.perf.rig;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weft.perf.model.HistogramData;
import dev.weft.perf.model.Interval;
import dev.weft.perf.model.Side;
import java.util.List;

/**
 * What one end of a test measured.
 *
 * @param seconds     measured time
 * @param bytes       delivered at this end in that time
 * @param messages    delivered at this end in that time
 * @param sentInTime  sent by this end in that time
 * @param scheduled   due in that time by the schedules of this end; -1 without any
 * @param sent        whole run
 * @param received    whole run
 * @param lost        gaps and missing replies this end knows of, whole run
 * @param stalls      times an open loop found no room
 * @param retransmits null when the transport does not tell
 * @param raw         null when this end measures no latency
 * @param corrected   null when this end knows no intended times
 * @param cost        of this process in the measured time
 * @param description of a stream, for people
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EndReport(double seconds, long bytes, long messages, long sentInTime, long scheduled, long sent, long received, long lost,
        long duplicated, long reordered, long stalls, Long retransmits, HistogramData raw, HistogramData corrected,
        List<Interval> intervals, Side cost, String description) {

    public EndReport {
        intervals = intervals == null ? List.of() : List.copyOf(intervals);
    }
}
