package dev.weft.control;

/**
 * The answer to a {@link ControlRequest}.
 *
 * @param status an HTTP status code
 * @param body   a JSON document in UTF-8, or empty
 */
public record ControlResponse(int status, byte[] body) {
}
