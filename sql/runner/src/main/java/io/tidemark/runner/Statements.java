package io.tidemark.runner;

import java.util.ArrayList;
import java.util.List;

/** Splits SQL text into statements at the {@code ;} outside strings, quoted names, comments and statement sets. */
final class Statements {
    private Statements() {}

    /** A statement without its {@code ;}. */
    static final class Statement {
        final String text;
        /** The line of its first word, from 1. */
        final int line;
        /** Where the text starts, which may be at a comment in front of it; from 1. */
        final int textLine;

        final int textColumn;

        Statement(String file, int from, int to, int first) {
            int start = from;
            while (Character.isWhitespace(file.charAt(start))) {
                start++;
            }
            text = file.substring(start, to).stripTrailing();
            line = Placeholders.lineOf(file, first);
            textLine = Placeholders.lineOf(file, start);
            textColumn = start - file.lastIndexOf('\n', start);
        }

        /** The text without the comments in front of it. */
        String words() {
            return text.replaceFirst("(?s)^(\\s+|--[^\\n]*(\\n|$)|/\\*.*?\\*/)+", "");
        }
    }

    /**
     * The statements of a file. {@code EXECUTE STATEMENT SET BEGIN … END} is one. Throws where a string, a quoted name,
     * a comment or a statement set is not closed, naming file and line.
     */
    static List<Statement> split(String file, String text) {
        List<Statement> statements = new ArrayList<>();
        int start = 0;
        int first = -1; // offset of the first character that is neither blank nor comment
        boolean inSet = false;
        String previousWord = "";
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int end;
            if (text.startsWith("--", i)) {
                int newline = text.indexOf('\n', i);
                i = newline < 0 ? text.length() : newline + 1;
                continue;
            } else if (text.startsWith("/*", i)) {
                i = close(file, text, i, "*/", "comment") + 2;
                continue;
            } else if (c == '\'' || c == '`' || c == '"') {
                end = close(file, text, i, String.valueOf(c), c == '\'' ? "string" : "quoted name") + 1;
            } else if (Character.isLetter(c)) {
                end = i;
                while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
                    end++;
                }
                String word = text.substring(i, end).toUpperCase();
                if (word.equals("BEGIN") && previousWord.equals("SET")) {
                    inSet = true;
                }
                inSet = inSet && !(word.equals("END") && (previousWord.equals(";") || previousWord.equals("BEGIN")));
                previousWord = word;
            } else if (c == ';' && !inSet) {
                if (first >= 0) {
                    statements.add(new Statement(text, start, i, first));
                }
                start = ++i;
                first = -1;
                previousWord = "";
                continue;
            } else {
                end = i + 1;
                previousWord = c == ';' ? ";" : previousWord;
            }
            first = first < 0 && !Character.isWhitespace(c) ? i : first;
            i = end;
        }
        if (inSet) {
            throw unclosed(file, text, Math.max(first, 0), "statement set (BEGIN without END;)");
        }
        if (first >= 0) {
            statements.add(new Statement(text, start, text.length(), first));
        }
        return statements;
    }

    /** The offset of {@code mark} that ends what opens at {@code open}; a doubled quote does not end it by itself. */
    private static int close(String file, String text, int open, String mark, String what) {
        int end = text.indexOf(mark, open + (what.equals("comment") ? 2 : 1));
        if (end < 0) {
            throw unclosed(file, text, open, what);
        }
        return end;
    }

    private static SqlProblems unclosed(String file, String text, int offset, String what) {
        return new SqlProblems(Problem.at(file, text, offset, "This " + what + " is not closed"));
    }
}
