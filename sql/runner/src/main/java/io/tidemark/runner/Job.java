package io.tidemark.runner;

import io.tidemark.runner.functions.Functions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.CompiledPlan;
import org.apache.flink.table.api.PlanReference;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The relations of the SQL files, and the plan compiled from the job's statement set. */
final class Job {
    private final CompiledPlan plan;
    private final int statements;

    private Job(CompiledPlan plan, int statements) {
        this.plan = plan;
        this.statements = statements;
    }

    /**
     * Creates every relation, in whatever order they need one another, and compiles the job. Throws with file and line
     * where the planner refuses something.
     */
    static Job define(StreamExecutionEnvironment env, SqlFiles files) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.getConfig().set("table.local-time-zone", "UTC");
        tables.getConfig().set("pipeline.name", "tidemark");
        Functions.register(tables);

        int created = createAll(tables, files.in("1_sources"));
        created += createAll(tables, files.in("2_views"));
        for (String database : databases(files.in("3_sinks"))) {
            tables.executeSql("CREATE DATABASE IF NOT EXISTS `" + database + "`");
        }
        created += createAll(tables, files.in("3_sinks"));

        List<Statements.Statement> job = Statements.split(SqlFiles.JOB, files.job());
        if (job.size() != 1) {
            throw new IllegalArgumentException(SqlFiles.JOB + " has " + job.size() + " statements: it needs one, EXECUTE"
                    + " STATEMENT SET BEGIN … END;");
        }
        try {
            Path file = Files.createTempDirectory("tidemark-plan").resolve("plan.json");
            String set = job.get(0).text.replaceFirst("(?is)^.*?EXECUTE\\s+STATEMENT", "STATEMENT");
            tables.executeSql("COMPILE PLAN '" + file.toUri() + "' FOR " + set + ";");
            String json = Files.readString(file);
            Files.delete(file);
            Files.delete(file.getParent());
            return new Job(tables.loadPlan(PlanReference.fromJsonString(json)), created + 1);
        } catch (IOException e) {
            throw new UncheckedIOException("The compiled plan cannot be written: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw refused(SqlFiles.JOB, job.get(0).line, e);
        }
    }

    String planJson() {
        return plan.asJsonString();
    }

    int statements() {
        return statements;
    }

    TableResult execute() {
        return plan.execute();
    }

    /** A folder inside 3_sinks is a database: 3_sinks/lake/bars.sql creates lake.bars. */
    private static TreeSet<String> databases(Map<String, String> sinks) {
        TreeSet<String> databases = new TreeSet<>();
        for (String file : sinks.keySet()) {
            String[] path = file.split("/");
            if (path.length == 3) {
                databases.add(path[1]);
            }
        }
        return databases;
    }

    /** Views may need one another in any order: what fails is tried again after the others, until nothing gets on. */
    private static int createAll(StreamTableEnvironment tables, Map<String, String> files) {
        Map<String, String> open = new LinkedHashMap<>(files);
        int created = 0;
        while (!open.isEmpty()) {
            List<RuntimeException> failures = new ArrayList<>();
            int before = open.size();
            for (String file : List.copyOf(open.keySet())) {
                List<Statements.Statement> statements = Statements.split(file, open.get(file));
                if (statements.size() != 1) {
                    throw new IllegalArgumentException(
                            file + " has " + statements.size() + " statements: one relation a file");
                }
                try {
                    tables.executeSql(statements.get(0).text);
                    open.remove(file);
                    created++;
                } catch (RuntimeException e) {
                    failures.add(refused(file, statements.get(0).line, e));
                }
            }
            if (open.size() == before) {
                throw first(failures, open.keySet());
            }
        }
        return created;
    }

    /** The failure to mend first: one that is not just about a relation whose own file failed too. */
    private static RuntimeException first(List<RuntimeException> failures, Set<String> files) {
        Set<String> follow = files.stream()
                .map(file -> "Object '" + file.replaceFirst(".*/(.*)\\.sql", "$1") + "' not found")
                .collect(Collectors.toSet());
        return failures.stream()
                .filter(failure -> follow.stream().noneMatch(failure.getMessage()::contains))
                .findFirst()
                .orElseGet(() -> new IllegalArgumentException("These relations need one another in a circle: " + files));
    }

    private static IllegalArgumentException refused(String file, int line, RuntimeException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new IllegalArgumentException(
                file + " (statement at line " + line + "): " + root.getMessage(), e);
    }
}
