package dev.weft.yaml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Turns a text into {@link YamlNode}s. A pure function of the text. Refuses what a configuration file has no need of and what makes
 * YAML dangerous: anchors and aliases, several documents in one file, deep nesting.
 */
public final class YamlReader {
    /** Deepest nesting of lists and mappings. */
    public static final int MAX_DEPTH = 16;

    /** Longest text in characters. */
    public static final int MAX_LENGTH = 16 << 20;

    private static final YAMLFactory FACTORY = factory();

    private final YAMLParser parser;

    private YamlReader(YAMLParser parser) {
        this.parser = parser;
    }

    /**
     * @return the document, or null for a text without any value
     * @throws YamlSyntaxException when the text is not YAML or uses what is refused here
     */
    public static YamlNode read(String text) throws YamlSyntaxException {
        if (text.length() > MAX_LENGTH) {
            throw new YamlSyntaxException(0, "the text has " + text.length() + " characters; at most " + MAX_LENGTH + " are read");
        }
        try (YAMLParser parser = FACTORY.createParser(text)) {
            return new YamlReader(parser).document();
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new YamlSyntaxException(line, "not YAML: " + oneLine(e.getOriginalMessage()));
        } catch (YamlSyntaxException e) {
            throw e;
        } catch (IOException e) {
            throw new YamlSyntaxException(0, "not YAML: " + oneLine(e.getMessage()));
        }
    }

    private static YAMLFactory factory() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_LENGTH);
        return YAMLFactory.builder().loaderOptions(options).build();
    }

    private YamlNode document() throws IOException {
        if (parser.nextToken() == null) {
            return null;
        }
        YamlNode root = value(0);
        if (parser.nextToken() != null) {
            throw new YamlSyntaxException(line(), "a second document begins here; one file holds one document");
        }
        return root;
    }

    /** The value whose first token the parser stands on; leaves the parser on its last token. */
    private YamlNode value(int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new YamlSyntaxException(line(), "nested deeper than " + MAX_DEPTH + " levels");
        }
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            throw new YamlSyntaxException(line(), "anchors and aliases (& and *) are not supported; write the value out");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(depth);
            case START_ARRAY -> sequence(depth);
            case VALUE_NULL -> new YamlNode.Scalar(null, line());
            default -> new YamlNode.Scalar(parser.getText(), line());
        };
    }

    private YamlNode mapping(int depth) throws IOException {
        int line = line();
        List<YamlNode.Entry> entries = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            int keyLine = line();
            String key = parser.currentName();
            parser.nextToken();
            entries.add(new YamlNode.Entry(key, value(depth + 1), keyLine));
        }
        return new YamlNode.Mapping(entries, line);
    }

    private YamlNode sequence(int depth) throws IOException {
        int line = line();
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(depth + 1));
        }
        return new YamlNode.Sequence(items, line);
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private static String oneLine(String message) {
        return String.valueOf(message).strip().replaceAll("\\s+", " ");
    }
}
