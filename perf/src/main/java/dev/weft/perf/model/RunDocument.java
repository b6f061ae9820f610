package dev.weft.perf.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;

/**
 * What one file holds.
 *
 * @param format  always {@link #FORMAT}
 * @param version {@link #VERSION} of the writer; a reader refuses a higher one and skips fields it does not know
 * @param kind    how the runs belong together
 * @param tool    version of weft that wrote the document
 * @param title   one line for people: what was measured, from where to where
 * @param runs    in the order they were taken; each has its {@link RunResult#role}
 * @param layers  of {@link Kind#LAYERS}: what each layer adds; null for other kinds
 * @param mesh    of {@link Kind#MESH}: what stands out; null for other kinds
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunDocument(String format, int version, Kind kind, String tool, String title, List<RunResult> runs,
        List<LayerStep> layers, MeshSummary mesh) {
    public static final String FORMAT = "weft-perf";
    public static final int VERSION = 1;

    /** How the runs of a document belong together. */
    public enum Kind {
        /** One run. */
        @JsonProperty("run") RUN,
        /** One run a message size or rate; the role is its value. */
        @JsonProperty("sweep") SWEEP,
        /** One run a layer and test between the same two hosts; the role is the layer. */
        @JsonProperty("layers") LAYERS,
        /** One run a pair of hosts and test; the role is {@code FROM>TO}. */
        @JsonProperty("mesh") MESH;

        /** Lower-case form, as in the JSON. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public RunDocument {
        runs = List.copyOf(runs);
    }

    public static RunDocument of(Kind kind, String tool, String title, List<RunResult> runs) {
        return new RunDocument(FORMAT, VERSION, kind, tool, title, runs, kind == Kind.LAYERS ? LayerStep.of(runs) : null,
                kind == Kind.MESH ? MeshGrid.of(runs).summary() : null);
    }
}
