package dev.weft.perf.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;

/** Reads and writes {@link RunDocument}s. */
public final class RunFiles {
    private static final long MAX_BYTES = 512L << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private RunFiles() {
    }

    /** The document as JSON, indented. */
    public static String toJson(RunDocument document) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Writes the document whole or not at all: into a file beside it, which then takes its name.
     *
     * @throws IOException names the file, the reason and the remedy; nothing is left behind
     */
    public static void write(Path file, RunDocument document) throws IOException {
        replace(file, toJson(document).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** The same for any content. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.write(part, content);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(part);
            throw new IOException("cannot write " + file + " (" + content.length + " bytes): " + reason(e)
                    + "; is there room, and does the folder exist?", e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.FileSystemException system && system.getReason() != null ? system.getReason()
                : e instanceof java.nio.file.NoSuchFileException ? "no such folder" : String.valueOf(e.getMessage());
    }

    /**
     * @throws IOException when the file cannot be read, is no document of {@code weft perf}, or of a newer version; says which
     */
    public static RunDocument read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " is not a file");
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is larger than any result of weft perf (" + MAX_BYTES + " bytes)");
        }
        return parse(file.toString(), Files.readString(file));
    }

    /** @param name of the source, for messages */
    public static RunDocument parse(String name, String text) throws IOException {
        try {
            JsonNode tree = JSON.readTree(text);
            if (!tree.path("format").asText().equals(RunDocument.FORMAT)) {
                throw new IOException(name + " is not a result of weft perf: it lacks \"format\": \"" + RunDocument.FORMAT + "\"");
            }
            if (tree.path("version").asInt() > RunDocument.VERSION) {
                throw new IOException(name + " has format version " + tree.path("version").asInt() + ", this weft reads up to "
                        + RunDocument.VERSION + "; use a newer weft");
            }
            List<String> kinds = Arrays.stream(RunDocument.Kind.values()).map(RunDocument.Kind::label).toList();
            if (!kinds.contains(tree.path("kind").asText())) {
                throw new IOException(name + " has kind '" + tree.path("kind").asText() + "'; there are: " + String.join(", ", kinds));
            }
            if (!tree.path("runs").isArray()) {
                throw new IOException(name + " is not a whole result of weft perf: it lacks its list of runs");
            }
            return JSON.treeToValue(tree, RunDocument.class);
        } catch (JsonProcessingException e) {
            throw new IOException(name + " is not a whole result of weft perf: " + e.getOriginalMessage(), e);
        }
    }
}
