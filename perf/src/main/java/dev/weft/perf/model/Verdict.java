package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;

/**
 * Whether the figures of a run are whole.
 *
 * @param state      worst of the repeats
 * @param reasons    sentences for people: why it is not complete, and what a reader must know; empty when there is nothing to say
 * @param missedRate true when an open loop could not keep its rate; such a run has failed whatever else it measured
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Verdict(State state, List<String> reasons, boolean missedRate) {

    /** How much of the run there is. */
    public enum State {
        /** Everything that was asked for was measured. */
        @JsonProperty("complete") COMPLETE,
        /** The run ended early, for instance because the server went away; the figures are of the time until then. */
        @JsonProperty("partial") PARTIAL,
        /** The figures do not say what was asked: nothing was measured, or the rate was missed. */
        @JsonProperty("failed") FAILED;

        /** Lower-case form, as in the JSON. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Verdict {
        reasons = List.copyOf(reasons);
    }

    public static Verdict complete() {
        return new Verdict(State.COMPLETE, List.of(), false);
    }

    public static Verdict failed(String reason) {
        return new Verdict(State.FAILED, List.of(reason), false);
    }
}
