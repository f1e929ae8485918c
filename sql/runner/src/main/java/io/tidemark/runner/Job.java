package io.tidemark.runner;

import io.tidemark.runner.functions.Functions;
import io.tidemark.runner.lake.LakeTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.CompiledPlan;
import org.apache.flink.table.api.PlanReference;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The relations of the SQL files, and the plan compiled from the job's statement set. */
final class Job {
    private final CompiledPlan plan;
    private final int files;

    private Job(CompiledPlan plan, int files) {
        this.plan = plan;
        this.files = files;
    }

    /**
     * Compiles the job, or takes the plan that {@code kept} has of the same files. Throws with file and line where the
     * planner refuses something.
     */
    static Job define(StreamExecutionEnvironment env, SqlFiles files, KeptPlan kept) throws IOException {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.getConfig().set("table.local-time-zone", "UTC");
        tables.getConfig().set("pipeline.name", "tidemark");
        Functions.register(tables);
        String json = kept.find(files);
        if (json == null) {
            json = compile(tables, files);
            kept.keep(files, json);
        }
        env.getConfig().setGlobalJobParameters(Configuration.fromMap(LakeTables.inPlan(json).parameters()));
        return new Job(tables.loadPlan(PlanReference.fromJsonString(json)), files.size());
    }

    /** Creates every relation, in whatever order they need one another, and compiles the statement set. */
    private static String compile(StreamTableEnvironment tables, SqlFiles files) throws IOException {
        createAll(tables, files.in("1_sources"));
        createAll(tables, files.in("2_views"));
        for (String database : databases(files.in("3_sinks"))) {
            tables.executeSql("CREATE DATABASE IF NOT EXISTS `" + database + "`");
        }
        createAll(tables, files.in("3_sinks"));

        List<Statements.Statement> job = Statements.split(SqlFiles.JOB, files.job());
        if (job.size() != 1) {
            throw new IllegalArgumentException(SqlFiles.JOB + " has " + job.size() + " statements: it needs one, EXECUTE"
                    + " STATEMENT SET BEGIN … END;");
        }
        Path folder = Files.createTempDirectory("tidemark-plan");
        Path file = folder.resolve("plan.json");
        try {
            String set = job.get(0).text.replaceFirst("(?is)^.*?EXECUTE\\s+STATEMENT", "STATEMENT");
            tables.executeSql("COMPILE PLAN '" + file.toUri() + "' FOR " + set + ";");
            return Files.readString(file);
        } catch (RuntimeException e) {
            throw refused(SqlFiles.JOB, job.get(0).line, e);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    int files() {
        return files;
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
    private static void createAll(StreamTableEnvironment tables, Map<String, String> files) {
        Map<String, String> open = new LinkedHashMap<>(files);
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
                } catch (RuntimeException e) {
                    failures.add(refused(file, statements.get(0).line, e));
                }
            }
            if (open.size() == before) {
                throw first(failures, open.keySet());
            }
        }
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
