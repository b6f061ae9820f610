package dev.weft.yaml;

import java.util.List;

/** A YAML value and the line it stands on (from 1). Scalars keep their text as written: what it means is up to the reader. */
public sealed interface YamlNode {

    int line();

    /**
     * @param text  without quotes and escapes; null when there is no value
     * @param line  where it begins
     */
    record Scalar(String text, int line) implements YamlNode {
    }

    /** A list. */
    record Sequence(List<YamlNode> items, int line) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** Keys and values in the order of the file; a key may stand there twice, which {@link YamlSection} reports. */
    record Mapping(List<Entry> entries, int line) implements YamlNode {
        public Mapping {
            entries = List.copyOf(entries);
        }
    }

    /** One key of a {@link Mapping}. */
    record Entry(String key, YamlNode value, int line) {
    }
}
