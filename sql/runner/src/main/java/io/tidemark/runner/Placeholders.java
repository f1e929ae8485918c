package io.tidemark.runner;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills {@code ${NAME}} in the text of sources and sinks, and knows which names were used. */
final class Placeholders {
    private static final Pattern NAME = Pattern.compile("\\$\\{([^}]*)}?");

    private final Map<String, String> values;
    private final Set<String> unused;

    Placeholders(Map<String, String> values) {
        this.values = values;
        this.unused = new TreeSet<>(values.keySet());
    }

    /**
     * The text with each placeholder replaced by its property; a quote in a value is doubled, since placeholders stand
     * inside SQL strings. Throws where a placeholder has no property, naming file, line and the names there are.
     */
    String fill(String file, String text) {
        Matcher matcher = NAME.matcher(text);
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(1);
            String value = values.get(name);
            if (value == null || !matcher.group().endsWith("}")) {
                throw new SqlProblems(Problem.at(
                        file,
                        text,
                        matcher.start(),
                        matcher.group() + " has no property in the group tidemark.sql (it has " + values.keySet() + ")"));
            }
            unused.remove(name);
            matcher.appendReplacement(filled, Matcher.quoteReplacement(value.replace("'", "''")));
        }
        return matcher.appendTail(filled).toString();
    }

    /** Throws where {@code text} has a placeholder: only sources and sinks may have some. */
    static void refuse(String file, String text) {
        Matcher matcher = NAME.matcher(text);
        if (matcher.find()) {
            throw new SqlProblems(Problem.at(
                    file,
                    text,
                    matcher.start(),
                    matcher.group() + ": placeholders belong into 1_sources and 3_sinks, nowhere else"));
        }
    }

    /** Throws where a property was used by no file. */
    void refuseUnused() {
        if (!unused.isEmpty()) {
            throw new SqlProblems(Problem.of(
                    null, "No file in 1_sources or 3_sinks uses " + unused + ": remove them from the group tidemark.sql"));
        }
    }

    static int lineOf(String text, int offset) {
        return 1 + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }
}
