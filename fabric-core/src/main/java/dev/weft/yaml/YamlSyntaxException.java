package dev.weft.yaml;

import java.io.IOException;

/** A text is not YAML, or uses a part of YAML that is refused here. */
public final class YamlSyntaxException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int line;

    /**
     * @param line from 1, or 0 when unknown
     */
    public YamlSyntaxException(int line, String message) {
        super(message);
        this.line = line;
    }

    public int line() {
        return line;
    }
}
