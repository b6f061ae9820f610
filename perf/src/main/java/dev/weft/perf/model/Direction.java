package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Which way the messages travel. */
public enum Direction {
    /** Client to server. */
    @JsonProperty("forward") FORWARD,
    /** Server to client. */
    @JsonProperty("reverse") REVERSE,
    /** Both ways at once, on streams of their own. */
    @JsonProperty("both") BOTH;

    /** Lower-case form, as on the command line and in the JSON. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
