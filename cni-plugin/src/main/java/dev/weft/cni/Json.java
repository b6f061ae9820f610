package dev.weft.cni;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** JSON as runtimes mean it: they are written in Go, which takes keys in any case and the last of several. */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private Json() {
    }

    static ObjectMapper mapper() {
        return MAPPER;
    }

    /**
     * One document and nothing else.
     *
     * @throws CniException code 6, the message begins with {@code what}
     */
    static JsonNode parse(byte[] bytes, String what) throws CniException {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new CniException(CniException.DECODE, what + ": invalid UTF-8");
        }
        if (text.isBlank()) {
            throw new CniException(CniException.DECODE, what + ": unexpected end of JSON input");
        }
        if (text.charAt(0) == '\uFEFF') {
            throw new CniException(CniException.DECODE, what + ": a byte order mark is not JSON");
        }
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new CniException(CniException.DECODE, what + ": " + e.getOriginalMessage().lines().findFirst().orElse(""));
        }
    }

    /** The member {@code name} of an object, whatever the case of its key; a missing node when there is none or it is null. */
    static JsonNode member(JsonNode object, String name) {
        JsonNode found = MissingNode.getInstance();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (member.getKey().equalsIgnoreCase(name) && !member.getValue().isNull()) { // null leaves what came before
                found = member.getValue();
            }
        }
        return found;
    }
}
