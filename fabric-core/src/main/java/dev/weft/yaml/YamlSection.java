package dev.weft.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A mapping that is read strictly: every key it may have is asked for, then {@link #end} reports the keys nobody asked for. What is
 * wrong goes to the {@link Findings} and the reader gets its fallback, so that one pass finds everything. Not thread-safe.
 */
public final class YamlSection {
    private static final int SHOWN_VALUE_LENGTH = 80;

    private final String path;
    private final int line;
    private final Findings findings;
    private final Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();

    private YamlSection(YamlNode.Mapping mapping, String path, Findings findings) {
        this.path = path;
        this.line = mapping.line();
        this.findings = findings;
        for (YamlNode.Entry entry : mapping.entries()) {
            YamlNode.Entry first = entries.putIfAbsent(entry.key(), entry);
            if (first != null) {
                findings.add(entry.line(), child(entry.key()), "given twice, first in line " + first.line());
            }
        }
    }

    /** Reads a value as a section. A null node or an empty value is a section without keys. */
    public static YamlSection of(YamlNode node, String path, Findings findings) {
        if (node instanceof YamlNode.Mapping mapping) {
            return new YamlSection(mapping, path, findings);
        }
        if (node != null && !(node instanceof YamlNode.Scalar scalar && scalar.text() == null)) {
            findings.add(node.line(), path, show(node) + " is not allowed; allowed: keys with values");
        }
        return new YamlSection(new YamlNode.Mapping(List.of(), node == null ? 0 : node.line()), path, findings);
    }

    public String path() {
        return path;
    }

    public int line() {
        return line;
    }

    /** Keys in the order of the file, for sections whose keys are names. Marks them all as asked for. */
    public Set<String> names() {
        known.addAll(entries.keySet());
        return new LinkedHashSet<>(entries.keySet());
    }

    public boolean has(String key) {
        known.add(key);
        return entries.containsKey(key);
    }

    /**
     * @return the value, or {@code fallback} when the key is absent or its value was refused
     */
    public <T> T optional(String key, T fallback, Format<T> format) {
        return has(key) ? scalar(child(key), entries.get(key).value(), fallback, format) : fallback;
    }

    /**
     * @return the value, or null when the key is absent or its value was refused; both are findings
     */
    public <T> T required(String key, Format<T> format) {
        if (!has(key)) {
            findings.add(line, child(key), "is missing; allowed: " + format.allowed());
            return null;
        }
        return scalar(child(key), entries.get(key).value(), null, format);
    }

    /** A list of plain values; those refused are left out. */
    public <T> List<T> list(String key, List<T> fallback, Format<T> format) {
        return items(key, fallback, (itemPath, node) -> scalar(itemPath, node, null, format));
    }

    /** A list of sections, each read by {@code reader}, which answers null for one it refuses. */
    public <T> List<T> sections(String key, List<T> fallback, Function<YamlSection, T> reader) {
        return items(key, fallback, (itemPath, node) -> {
            YamlSection section = of(node, itemPath, findings);
            T value = reader.apply(section);
            section.end();
            return value;
        });
    }

    /** A nested section; one without keys when it is absent. Its own {@link #end} must be called. */
    public YamlSection section(String key) {
        return of(has(key) ? entries.get(key).value() : null, child(key), findings);
    }

    /** A finding about this section or, when not empty, about one of its keys. */
    public void refuse(String key, String message) {
        YamlNode.Entry entry = entries.get(key);
        findings.add(entry == null ? line : entry.line(), key.isEmpty() ? path : child(key), message);
    }

    /** Reports every key nobody asked for, with the nearest one that exists. */
    public void end() {
        for (YamlNode.Entry entry : entries.values()) {
            if (!known.contains(entry.key())) {
                String nearest = NearestName.of(entry.key(), known);
                findings.add(entry.line(), child(entry.key()), "unknown key; "
                        + (nearest == null ? "" : "did you mean '" + nearest + "'? ") + "allowed: " + String.join(", ", known));
            }
        }
    }

    private interface ItemReader<T> {
        T read(String itemPath, YamlNode node);
    }

    private <T> List<T> items(String key, List<T> fallback, ItemReader<T> reader) {
        if (!has(key)) {
            return fallback;
        }
        YamlNode value = entries.get(key).value();
        if (!(value instanceof YamlNode.Sequence sequence)) {
            findings.add(value.line(), child(key), show(value) + " is not allowed; allowed: a list");
            return fallback;
        }
        List<T> items = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
            T item = reader.read(child(key) + "[" + i + "]", sequence.items().get(i));
            if (item != null) {
                items.add(item);
            }
        }
        return List.copyOf(items);
    }

    private <T> T scalar(String itemPath, YamlNode node, T fallback, Format<T> format) {
        if (!(node instanceof YamlNode.Scalar scalar)) {
            findings.add(node.line(), itemPath, show(node) + " is not allowed; allowed: " + format.allowed());
            return fallback;
        }
        if (scalar.text() == null) {
            findings.add(node.line(), itemPath, "has no value; allowed: " + format.allowed());
            return fallback;
        }
        try {
            return format.parse(scalar.text());
        } catch (IllegalArgumentException e) {
            findings.add(node.line(), itemPath, e.getMessage());
            return fallback;
        }
    }

    private String child(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String show(YamlNode node) {
        return switch (node) {
            case YamlNode.Sequence ignored -> "a list";
            case YamlNode.Mapping ignored -> "a group of keys";
            case YamlNode.Scalar scalar when scalar.text() == null -> "an empty value";
            case YamlNode.Scalar scalar -> "'" + shorten(scalar.text()) + "'";
        };
    }

    private static String shorten(String text) {
        return text.length() <= SHOWN_VALUE_LENGTH ? text : text.substring(0, SHOWN_VALUE_LENGTH) + "...";
    }
}
