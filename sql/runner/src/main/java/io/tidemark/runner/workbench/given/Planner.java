package io.tidemark.runner.workbench.given;

import io.tidemark.runner.RelationSchema;
import io.tidemark.runner.Relations;
import io.tidemark.runner.SqlFiles;
import io.tidemark.runner.functions.Functions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableDescriptor;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The sources and views of the SQL files in one mode, and the plans between any of them. */
final class Planner {
    private final PlanningEnvironment env = new PlanningEnvironment(Cluster.configuration());
    private final StreamTableEnvironment tables;
    private final Map<String, RelationSchema> relations = new LinkedHashMap<>();
    private final Map<String, Plan> plans = new LinkedHashMap<>();
    /** With changed views, of which there are many, each for a short time: the last few. */
    private final Map<String, Plan> changedPlans = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Plan> eldest) {
            return size() > 40;
        }
    };

    /**
     * Throws {@code SqlProblems} where the planner refuses a relation.
     *
     * @param streaming knows the relations' schemas, which batch mode cannot tell of an unbounded source; null for the
     *     planner in streaming mode itself
     */
    Planner(SqlFiles files, Planner streaming) {
        boolean batch = streaming != null;
        EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance().withConfiguration(new Configuration());
        tables = StreamTableEnvironment.create(
                env, (batch ? settings.inBatchMode() : settings.inStreamingMode()).build());
        tables.getConfig().set("table.local-time-zone", "UTC");
        Functions.register(tables);
        if (batch) {
            tables.createTemporarySystemFunction("CURRENT_WATERMARK", NoWatermark.class);
        }
        Relations all = Relations.in(files);
        all.create(tables, List.of("source"));
        if (batch) {
            relations.putAll(streaming.relations);
            all.of("source").forEach(each -> makeBounded(relation(each.name)));
        }
        all.create(tables, List.of("view"));
        if (!batch) {
            for (String kind : List.of("source", "view")) {
                all.of(kind).forEach(each -> relations.put(each.name, RelationSchema.of(tables, each.name)));
            }
        }
    }

    /** Views of a stream cannot even be created in batch mode, so that a table that has an end takes its place. */
    private void makeBounded(RelationSchema source) {
        if (source.eventTime() != null) {
            tables.executeSql("DROP TABLE `" + source.name + "`");
            tables.createTable("`" + source.name + "`", table(source.name).schema(source.given(null, 0)).build());
        }
    }

    Map<String, RelationSchema> relations() {
        return relations;
    }

    /** Throws where there is no such source or view. */
    RelationSchema relation(String name) {
        RelationSchema relation = relations.get(name);
        if (relation == null) {
            throw new IllegalArgumentException(
                    "There is no source or view " + name + ": there are " + String.join(", ", relations.keySet()));
        }
        return relation;
    }

    /**
     * The plan of a shape, made once.
     *
     * @param given the relations that are given, with the event-time column of each, null where it has none
     * @param changed statements that create other views in the place of those of the files, by name
     */
    Plan plan(
            Map<String, String> given, long latenessMillis, Collection<String> expected, Map<String, String> changed) {
        String shape = given + " " + latenessMillis + " " + expected + " " + changed;
        Map<String, Plan> made = changed.isEmpty() ? plans : changedPlans;
        Plan plan = made.get(shape);
        if (plan == null) {
            plan = make(given, latenessMillis, expected, changed);
            made.put(shape, plan);
        }
        return plan;
    }

    private Plan make(
            Map<String, String> given, long latenessMillis, Collection<String> expected, Map<String, String> changed) {
        List<Runnable> undo = new ArrayList<>();
        try {
            given.forEach((name, eventTime) -> {
                tables.createTemporaryTable(
                        "`" + name + "`", table(name).schema(relation(name).given(eventTime, latenessMillis)).build());
                undo.add(() -> tables.dropTemporaryTable("`" + name + "`"));
            });
            changed.forEach((name, sql) -> {
                tables.executeSql(sql.replaceFirst("(?i)CREATE\\s+VIEW", "CREATE TEMPORARY VIEW"));
                undo.add(() -> tables.dropTemporaryView("`" + name + "`"));
            });
            StatementSet inserts = tables.createStatementSet();
            for (String name : expected) {
                String sink = "`expected " + name + "`";
                RelationSchema relation = relation(name);
                tables.createTemporaryTable(sink, table(name).schema(relation.expected()).build());
                undo.add(() -> tables.dropTemporaryTable(sink));
                inserts.addInsertSql("INSERT INTO " + sink + " SELECT " + relation.selected() + " FROM `" + name + "`");
            }
            inserts.execute();
            return env.plan();
        } finally {
            undo.forEach(Runnable::run);
        }
    }

    private static TableDescriptor.Builder table(String relation) {
        return TableDescriptor.forConnector(GivenTableFactory.IDENTIFIER).option(GivenTableFactory.RELATION, relation);
    }
}
