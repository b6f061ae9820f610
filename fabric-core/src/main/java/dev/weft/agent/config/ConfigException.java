package dev.weft.agent.config;

import java.nio.file.Path;
import java.util.List;

/** A file that was refused: one finding a line, each with line, key, value and what is allowed. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    public ConfigException(Path file, List<String> findings) {
        super(file + ": " + String.join("\n" + file + ": ", findings));
    }
}
