package io.tidemark.runner;

import io.tidemark.runner.functions.Functions;
import io.tidemark.runner.lake.LakeSchema;
import io.tidemark.runner.lake.LakeTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.PlanReference;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.delegation.Planner;

/** The repository's job: compiled from its SQL files to a plan, and run from a plan. */
public final class Job {
    public static final String NAME = "tidemark";

    private static final Set<String> EVERY_KIND = Set.of("source", "view", "sink");

    private Job() {}

    /** A table environment in UTC with the functions that the views use. */
    public static StreamTableEnvironment tables(StreamExecutionEnvironment env) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.getConfig().set("table.local-time-zone", "UTC");
        Functions.register(tables);
        return tables;
    }

    /** Creates every relation and compiles the job's statement set. Throws {@link SqlProblems} with all that is wrong. */
    public static String compile(StreamTableEnvironment tables, SqlFiles files) throws IOException {
        Relations relations = Relations.in(files);
        JobFile job = JobFile.read(files);
        relations.create(tables, EVERY_KIND);
        return compile(tables, relations, job);
    }

    /** The plan, as JSON, of relations that are there. */
    public static String compile(StreamTableEnvironment tables, Relations relations, JobFile job) throws IOException {
        job.settings().forEach((key, value) -> tables.getConfig().set(key, value));
        Path folder = Files.createTempDirectory("tidemark-plan");
        Path file = folder.resolve("plan.json");
        try {
            tables.executeSql("COMPILE PLAN '" + file.toUri() + "' FOR " + job.statementSet() + ";");
            return TimeToLive.inPlan(Files.readString(file), job.settings());
        } catch (RuntimeException e) {
            throw refused(tables, relations, job, e);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    /** Runs a plan, from the savepoint or checkpoint that the environment's configuration names if it names one. */
    public static JobClient start(StreamExecutionEnvironment env, String plan) throws Exception {
        translate(env, plan);
        return env.executeAsync(NAME);
    }

    /**
     * Makes the lake's tables what the plan says of them, and adds the plan's operators to the environment, each with an id
     * that stays over edits elsewhere.
     */
    public static void translate(StreamExecutionEnvironment env, String plan) throws IOException {
        LakeTables lake = LakeTables.inPlan(plan);
        LakeSchema.apply(lake);
        env.getConfig().setGlobalJobParameters(Configuration.fromMap(lake.parameters()));
        Planner planner = ((TableEnvironmentImpl) tables(env)).getPlanner();
        List<Transformation<?>> sinks = planner.translatePlan(planner.loadPlan(PlanReference.fromJsonString(plan)));
        OperatorIds.complete(sinks);
        sinks.forEach(env::addOperator);
    }

    /** Looks for the view or the INSERT that the planner refuses, since its words do not say which it was. */
    private static SqlProblems refused(StreamTableEnvironment tables, Relations relations, JobFile job, RuntimeException e) {
        List<Problem> problems = new ArrayList<>();
        for (JobFile.Insert insert : job.inserts()) {
            try {
                tables.compilePlanSql(insert.statement.text); // to explain it would open the tables of the lake
            } catch (RuntimeException failure) {
                problems.add(Problem.refused(SqlFiles.JOB, insert.statement, failure));
            }
        }
        List<Problem> inViews = problems.isEmpty() ? List.of() : unplannable(tables, relations);
        if (!inViews.isEmpty()) {
            return new SqlProblems(inViews, e);
        }
        return new SqlProblems(problems.isEmpty() ? List.of(Problem.of(SqlFiles.JOB, e.getMessage())) : problems, e);
    }

    /** The first view that can be created but not planned. */
    private static List<Problem> unplannable(StreamTableEnvironment tables, Relations relations) {
        for (Relations.Relation view : relations.inOrder("view")) {
            try {
                tables.explainSql("SELECT * FROM `" + view.name + "`");
            } catch (RuntimeException failure) {
                return List.of(Problem.refused(view.file, view.statement, failure));
            }
        }
        return List.of();
    }
}
