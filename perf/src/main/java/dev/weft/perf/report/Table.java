package dev.weft.perf.report;

/** An HTML table in the making; every cell is escaped here. */
final class Table {
    private final StringBuilder out = new StringBuilder("<div class=\"scroll\"><table>\n");

    Table head(String... names) {
        out.append("<thead><tr>");
        for (String name : names) {
            out.append("<th scope=\"col\">").append(Html.escape(name)).append("</th>");
        }
        out.append("</tr></thead><tbody>\n");
        return this;
    }

    Table begin() {
        out.append("<tr>");
        return this;
    }

    Table cell(String text) {
        out.append("<td>").append(text == null || text.isBlank() ? "–" : Html.escape(text)).append("</td>");
        return this;
    }

    Table name(String text) {
        out.append("<th scope=\"row\">").append(Html.escape(text)).append("</th>");
        return this;
    }

    /** @param state becomes a class; one of ours */
    Table badge(String state, String title) {
        out.append("<td><span class=\"badge ").append(Html.escape(state)).append("\" title=\"").append(Html.escape(title)).append("\">")
                .append(Html.escape(state)).append("</span></td>");
        return this;
    }

    Table end() {
        out.append("</tr>\n");
        return this;
    }

    @Override
    public String toString() {
        return out + "</tbody></table></div>\n";
    }
}
