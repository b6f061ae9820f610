package dev.weft.yaml;

import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with a file, collected while it is read so that everything can be reported together. Not thread-safe.
 */
public final class Findings {
    /** Enough to mend a file by; the rest is only counted. */
    public static final int MAX_KEPT = 50;

    private final List<String> lines = new ArrayList<>();
    private int count;

    /**
     * @param line    where, from 1; 0 when unknown
     * @param keyPath such as {@code networks[1].vni}; empty for the file as a whole
     * @param message what is wrong and what is allowed
     */
    public void add(int line, String keyPath, String message) {
        count++;
        if (lines.size() < MAX_KEPT) {
            String where = line > 0 ? "line " + line + ": " : "";
            lines.add(where + (keyPath.isEmpty() ? "" : keyPath + ": ") + message);
        }
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** How many there were, kept or not. */
    public int count() {
        return count;
    }

    /** One sentence a finding, in the order they were made; a last one tells of findings beyond {@link #MAX_KEPT}. */
    public List<String> list() {
        List<String> all = new ArrayList<>(lines);
        if (count > lines.size()) {
            all.add("and " + (count - lines.size()) + " more");
        }
        return List.copyOf(all);
    }
}
