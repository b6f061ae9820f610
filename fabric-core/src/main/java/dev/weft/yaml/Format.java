package dev.weft.yaml;

import java.util.function.Function;

/**
 * How one kind of value is written.
 *
 * @param allowed for people: what may be written, such as {@code a whole number from 1 to 16}
 * @param parser  gives the value, or throws {@link IllegalArgumentException}; its message is shown when it says more than {@code allowed}
 */
public record Format<T>(String allowed, Function<String, T> parser) {

    /**
     * @throws IllegalArgumentException with the text and what is allowed
     */
    public T parse(String text) {
        try {
            return parser.apply(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(refusal(text), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() == null ? refusal(text) : e.getMessage() + "; allowed: " + allowed, e);
        }
    }

    private String refusal(String text) {
        return "'" + text + "' is not allowed; allowed: " + allowed;
    }
}
