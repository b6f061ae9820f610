package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What is measured. */
public enum TestKind {
    /** Bytes a second, as many as go. */
    @JsonProperty("throughput") THROUGHPUT,
    /** Request and response: whole round trips. */
    @JsonProperty("rr") RR,
    /** Connect, request, response: a new connection for each round trip. */
    @JsonProperty("crr") CRR,
    /** Messages a second, as many as go. */
    @JsonProperty("pps") PPS,
    /** From the sender's clock to the receiver's. */
    @JsonProperty("oneway") ONEWAY;

    /** Lower-case form, as on the command line and in the JSON. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
