package io.tidemark.runner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** 4_job.sql: settings ({@code SET 'key' = 'value';}), then every INSERT that runs, as one statement set. */
public final class JobFile {
    private static final Pattern SET = Pattern.compile("(?is)SET\\s+'([^']+)'\\s*=\\s*'([^']*)'");
    private static final Pattern BEGIN = Pattern.compile("(?is)EXECUTE\\s+(STATEMENT\\s+SET\\s+BEGIN)\\b");
    private static final Pattern END = Pattern.compile("(?is).*\\b(END)\\s*");
    private static final Pattern INTO = Pattern.compile("(?is)INSERT\\s+(?:INTO|OVERWRITE)\\s+([\\w`]+(?:\\s*\\.\\s*[\\w`]+)*)(.*)");

    /** An INSERT of the job: the relation that it writes, and its text. */
    public static final class Insert {
        public final String into;
        public final Statements.Statement statement;
        /** What follows the relation's name: a list of columns if there is one, and the query. */
        private final String rest;

        private Insert(String into, String rest, Statements.Statement statement) {
            this.into = into;
            this.rest = rest;
            this.statement = statement;
        }

        /** The query whose rows are written. */
        public String query() {
            return rest.replaceFirst("(?s)^\\s*\\([\\w\\s`,]*\\)(?=\\s*(?i:SELECT|WITH|VALUES|\\())", "");
        }

        /** The whole statement. */
        public String text() {
            return statement.text;
        }

        public int line() {
            return statement.line;
        }
    }

    private final Map<String, String> settings;
    private final List<Insert> inserts;
    private final String set;

    private JobFile(Map<String, String> settings, List<Insert> inserts, String set) {
        this.settings = settings;
        this.inserts = inserts;
        this.set = set;
    }

    /** Reads the job's file. Throws where it holds anything but settings and one statement set of INSERTs. */
    public static JobFile read(SqlFiles files) {
        String text = files.job();
        Map<String, String> settings = new LinkedHashMap<>();
        Statements.Statement set = null;
        for (Statements.Statement each : Statements.split(SqlFiles.JOB, text)) {
            Matcher setting = SET.matcher(each.words());
            if (set == null && setting.matches()) {
                settings.put(setting.group(1), setting.group(2));
            } else if (set == null && BEGIN.matcher(each.words()).lookingAt()) {
                set = each;
            } else {
                throw misplaced(each);
            }
        }
        if (set == null) {
            throw new SqlProblems(Problem.of(SqlFiles.JOB, "No job: it needs EXECUTE STATEMENT SET BEGIN … END;"));
        }
        return new JobFile(settings, inserts(text, set), set.words().replaceFirst("(?i)EXECUTE\\s+", ""));
    }

    private static List<Insert> inserts(String text, Statements.Statement set) {
        // Blanks where the set begins and ends, so that what is left are statements at their own places.
        String words = set.words();
        int start = text.indexOf(words);
        Matcher begin = BEGIN.matcher(words);
        Matcher end = END.matcher(words);
        if (!begin.lookingAt() || !end.matches()) {
            throw misplaced(set);
        }
        String within = blank(text.substring(0, start)) + blank(words.substring(0, begin.end()))
                + words.substring(begin.end(), end.start(1));
        List<Insert> inserts = new ArrayList<>();
        for (Statements.Statement each : Statements.split(SqlFiles.JOB, within)) {
            Matcher into = INTO.matcher(each.words());
            if (!into.matches()) {
                throw misplaced(each);
            }
            inserts.add(new Insert(into.group(1).replaceAll("[`\\s]", ""), into.group(2), each));
        }
        if (inserts.isEmpty()) {
            throw new SqlProblems(new Problem(SqlFiles.JOB, set.line, 1, 0, 0, "The job is empty: it needs an INSERT INTO"));
        }
        return inserts;
    }

    private static SqlProblems misplaced(Statements.Statement statement) {
        return new SqlProblems(new Problem(SqlFiles.JOB, statement.line, 1, 0, 0, "Expected SET 'key' = 'value'; or the one"
                + " EXECUTE STATEMENT SET BEGIN … END; in which there are only INSERT INTO … SELECT …;"));
    }

    private static String blank(String text) {
        return text.replaceAll("[^\\n]", " ");
    }

    /** Flink's table settings, by key. */
    public Map<String, String> settings() {
        return settings;
    }

    public List<Insert> inserts() {
        return inserts;
    }

    /** {@code STATEMENT SET BEGIN … END}. */
    String statementSet() {
        return set;
    }
}
