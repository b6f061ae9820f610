package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What decides when the next message is sent. */
public enum Loop {
    /** The last one is done. */
    @JsonProperty("closed") CLOSED,
    /** The clock. */
    @JsonProperty("open") OPEN;

    /** Lower-case form, as on the command line and in the JSON. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
