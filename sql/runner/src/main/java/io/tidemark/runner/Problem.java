package io.tidemark.runner;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One thing that is wrong in a SQL file. Lines and columns count from 1 and are 0 where they are not known. */
public final class Problem {
    // Calcite's words: "From line 16, column 6 to line 16, column 12: Object 'x' not found", "At line 1, column 2: …"
    private static final Pattern RANGE = Pattern.compile(
            "(?s)(?:From|At) line (\\d+), column (\\d+)(?: to line (\\d+), column (\\d+))?(?:: (.*))?");
    // Its parser's: "Encountered "FORM" at line 3, column 1.\nWas expecting one of:\n …"
    private static final Pattern PARSED = Pattern.compile("(?s)(.*?) at line (\\d+), column (\\d+)\\.(.*)");

    public final String file;
    public final int line;
    public final int column;
    public final int endLine;
    public final int endColumn;
    public final String message;

    Problem(String file, int line, int column, int endLine, int endColumn, String message) {
        this.file = file;
        this.line = line;
        this.column = column;
        this.endLine = endLine;
        this.endColumn = endColumn;
        this.message = message;
    }

    /** At an offset of a file's text. */
    static Problem at(String file, String text, int offset, String message) {
        int line = Placeholders.lineOf(text, offset);
        int column = offset - text.lastIndexOf('\n', Math.max(offset - 1, -1));
        return new Problem(file, line, column, 0, 0, message);
    }

    /** About a file as a whole, or about none where it is null. */
    static Problem of(String file, String message) {
        return new Problem(file, 0, 0, 0, 0, message);
    }

    /**
     * What the planner said about a statement. Its places count from the statement's own text; where it gives none, the
     * statement's first line is the place.
     */
    static Problem refused(String file, Statements.Statement statement, Throwable failure) {
        String deepest = String.valueOf(failure.getMessage());
        for (Throwable e = failure; e != null; e = e.getCause()) {
            String text = String.valueOf(e.getMessage());
            deepest = e.getMessage() == null ? deepest : text;
            Matcher range = RANGE.matcher(text);
            Matcher parsed = PARSED.matcher(text);
            if (range.find()) {
                String more = range.group(5) != null ? range.group(5) : messageOf(e.getCause(), text);
                int endLine = range.group(3) == null ? 0 : Integer.parseInt(range.group(3));
                int endColumn = range.group(4) == null ? 0 : Integer.parseInt(range.group(4));
                return within(file, statement, range.group(1), range.group(2), endLine, endColumn, more);
            } else if (parsed.find()) {
                String more = parsed.group(1).replaceFirst("^SQL parse failed\\. ", "") + parsed.group(4);
                return within(file, statement, parsed.group(2), parsed.group(3), 0, 0, more);
            }
        }
        return new Problem(file, statement.line, 1, 0, 0, deepest);
    }

    private static String messageOf(Throwable cause, String otherwise) {
        return cause == null || cause.getMessage() == null ? otherwise : cause.getMessage();
    }

    private static Problem within(
            String file, Statements.Statement in, String line, String column, int endLine, int endColumn, String message) {
        int first = Integer.parseInt(line);
        return new Problem(
                file,
                in.textLine + first - 1,
                Integer.parseInt(column) + (first == 1 ? in.textColumn - 1 : 0),
                endLine == 0 ? 0 : in.textLine + endLine - 1,
                endLine == 0 ? 0 : endColumn + (endLine == 1 ? in.textColumn - 1 : 0),
                message.trim());
    }

    /** {@code file:line:column: message}, as far as the place is known. */
    @Override
    public String toString() {
        String place = file == null ? "" : file + (line > 0 ? ":" + line + (column > 0 ? ":" + column : "") : "") + ": ";
        return place + message;
    }
}
