package dev.weft.perf.command;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version of weft, from the resource the command line brings; {@code unknown} in tests of this module. */
final class ToolVersion {
    private ToolVersion() {
    }

    static String text() {
        try (InputStream resource = ToolVersion.class.getResourceAsStream("/weft-version.properties")) {
            Properties properties = new Properties();
            if (resource != null) {
                properties.load(resource);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
