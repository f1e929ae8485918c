package io.tidemark.runner;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;
import org.apache.flink.table.catalog.CatalogManager;
import org.apache.flink.table.catalog.ContextResolvedTable;
import org.apache.flink.table.catalog.UnresolvedIdentifier;

/** The relations of the SQL files: one a file, its name, and its creation in whatever order they need one another. */
public final class Relations {
    private static final Pattern CREATE = Pattern.compile(
            "(?is)CREATE\\s+(?:TEMPORARY\\s+)?(TABLE|VIEW)\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?([\\w`]+(?:\\s*\\.\\s*[\\w`]+)*).*");
    private static final Pattern WORD = Pattern.compile("\\w+");

    /** A relation's file and statement. */
    public static final class Relation {
        public final String file;
        public final String name;
        public final String kind;
        final Statements.Statement statement;

        private Relation(String file, String name, String kind, Statements.Statement statement) {
            this.file = file;
            this.name = name;
            this.kind = kind;
            this.statement = statement;
        }

        /** What was created of it in a table environment. */
        public ContextResolvedTable in(TableEnvironment tables) {
            CatalogManager catalogs = ((TableEnvironmentInternal) tables).getCatalogManager();
            return catalogs.getTableOrError(catalogs.qualifyIdentifier(UnresolvedIdentifier.of(name.split("\\."))));
        }

        /** The statement's text with the comments around it. */
        public String sql() {
            return statement.text;
        }
    }

    private final List<Relation> all;

    private Relations(List<Relation> all) {
        this.all = all;
    }

    /** Finds the relation of each file. Throws where a file holds none, or anything else. */
    public static Relations in(SqlFiles files) {
        List<Relation> all = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        Map.of("1_sources", "source", "2_views", "view", "3_sinks", "sink").entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(folder -> files.in(folder.getKey()).forEach((file, text) -> {
                    try {
                        all.add(relation(file, text, folder.getValue()));
                    } catch (SqlProblems e) {
                        problems.addAll(e.all());
                    }
                }));
        if (!problems.isEmpty()) {
            throw new SqlProblems(problems, null);
        }
        return new Relations(all);
    }

    private static Relation relation(String file, String text, String kind) {
        List<Statements.Statement> statements = Statements.split(file, text);
        String wanted = kind.equals("view") ? "CREATE VIEW" : "CREATE TABLE";
        if (statements.isEmpty()) {
            throw new SqlProblems(Problem.of(file, "This file is empty: it needs one " + wanted));
        }
        for (Statements.Statement each : statements) {
            if (each.words().matches("(?is)(INSERT|EXECUTE)\\b.*")) {
                throw new SqlProblems(new Problem(
                        file, each.line, 1, 0, 0, "INSERT belongs into " + SqlFiles.JOB + ", nowhere else"));
            }
        }
        if (statements.size() > 1) {
            throw new SqlProblems(new Problem(file, statements.get(1).line, 1, 0, 0, "A second statement: one relation a"
                    + " file, so move this one into a file of its own"));
        }
        Matcher create = CREATE.matcher(statements.get(0).words());
        if (!create.matches() || !wanted.endsWith(create.group(1).toUpperCase())) {
            throw new SqlProblems(new Problem(file, statements.get(0).line, 1, 0, 0, "Expected " + wanted + " here"));
        }
        String name = create.group(2).replaceAll("[`\\s]", "");
        return new Relation(file, name, kind, statements.get(0));
    }

    public List<Relation> all() {
        return all;
    }

    /** Those of a kind: {@code source}, {@code view}, {@code sink}. */
    public List<Relation> of(String kind) {
        return all.stream().filter(relation -> relation.kind.equals(kind)).collect(Collectors.toList());
    }

    /** Those of a kind, what is mentioned before what mentions it. */
    List<Relation> inOrder(String kind) {
        return ordered(of(kind));
    }

    /** Creates every relation of these kinds. Throws all that is wrong; what only follows from that is left out. */
    public void create(TableEnvironment tables, Collection<String> kinds) {
        for (String kind : List.of("source", "view", "sink")) {
            if (kinds.contains(kind)) {
                databases(of(kind)).forEach(each -> tables.executeSql("CREATE DATABASE IF NOT EXISTS `" + each + "`"));
                create(tables, ordered(of(kind)));
            }
        }
    }

    /** A folder inside 3_sinks is a database: 3_sinks/lake/bars.sql creates lake.bars. */
    private static Set<String> databases(List<Relation> relations) {
        return relations.stream()
                .filter(relation -> relation.name.contains("."))
                .map(relation -> relation.name.substring(0, relation.name.indexOf('.')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void create(TableEnvironment tables, List<Relation> relations) {
        List<Relation> open = new ArrayList<>(relations);
        while (!open.isEmpty()) {
            Map<Relation, RuntimeException> failures = new LinkedHashMap<>();
            for (Relation relation : open) {
                try {
                    tables.executeSql(relation.sql());
                } catch (RuntimeException e) {
                    failures.put(relation, e);
                }
            }
            if (failures.size() == open.size()) {
                throw refused(failures);
            }
            open = new ArrayList<>(failures.keySet());
        }
    }

    /** Without those that fail only since another of these could not be created. */
    private static SqlProblems refused(Map<Relation, RuntimeException> failures) {
        List<Problem> problems = new ArrayList<>();
        Map<Relation, Problem> following = new LinkedHashMap<>();
        failures.forEach((relation, failure) -> {
            Problem problem = Problem.refused(relation.file, relation.statement, failure);
            boolean follows = failures.keySet().stream()
                    .anyMatch(other -> problem.message.contains("Object '" + other.name + "' not found"));
            if (follows) {
                following.put(relation, problem);
            } else {
                problems.add(problem);
            }
        });
        if (problems.isEmpty()) {
            List<String> files = following.keySet().stream().map(each -> each.file).collect(Collectors.toList());
            Problem first = following.values().iterator().next();
            problems.add(new Problem(first.file, first.line, first.column, first.endLine, first.endColumn,
                    "These relations need one another in a circle: " + String.join(", ", files)));
        }
        return new SqlProblems(problems, failures.values().iterator().next());
    }

    /** What is mentioned comes before what mentions it, as far as that goes; the rest is found by trying. */
    private static List<Relation> ordered(List<Relation> relations) {
        Map<String, Relation> byName = new HashMap<>();
        relations.forEach(relation -> byName.put(relation.name, relation));
        Map<String, Relation> ordered = new LinkedHashMap<>();
        Set<String> entered = new TreeSet<>();
        relations.forEach(relation -> visit(relation, byName, entered, ordered));
        return new ArrayList<>(ordered.values());
    }

    private static void visit(
            Relation relation, Map<String, Relation> byName, Set<String> entered, Map<String, Relation> ordered) {
        if (!entered.add(relation.name)) {
            return;
        }
        Matcher words = WORD.matcher(relation.statement.words());
        while (words.find()) {
            Relation mentioned = byName.get(words.group());
            if (mentioned != null) {
                visit(mentioned, byName, entered, ordered);
            }
        }
        ordered.put(relation.name, relation);
    }
}
