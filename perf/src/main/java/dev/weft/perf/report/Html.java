package dev.weft.perf.report;

/** Text that others wrote, made harmless: host names, titles and sentences come from machines that need not be friendly. */
final class Html {
    private Html() {
    }

    /** For element content and quoted attributes. Control characters that HTML and SVG do not allow become a replacement character. */
    static String escape(String text) {
        if (text == null) {
            return "";
        }
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(isAllowed(c) ? c : 0xFFFD);
            }
        });
        return safe.toString();
    }

    /** No control characters, no halves of surrogates, and none of the marks that turn the direction of what follows. */
    private static boolean isAllowed(int c) {
        boolean turns = c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
        return (c >= 0x20 || c == '\n' || c == '\t') && !(c >= 0x7F && c <= 0x9F) && !(c >= 0xD800 && c <= 0xDFFF) && !turns;
    }
}
