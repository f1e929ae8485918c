package io.tidemark.runner.workbench.given;

import io.tidemark.runner.RelationSchema;
import io.tidemark.runner.SqlFiles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.apache.flink.api.common.JobID;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs cases: rows of some relations are given, and those of others come out.
 *
 * <p>The request is {@code {sql, properties, given: {relation: [{values, record?, shard?, key?}]}, expect: [relation],
 * lateness: ms, changed?: {view: statement}, runs: [{mode: "streaming"|"batch", parallelism: 1|2, order?: {relation:
 * [index]}}]}}, the answer {@code {runs: [{rows: {relation: [row]}} or {failed: message} or {refused: message}], unread:
 * [relation]}}. What is refused could not be planned; what is unread was given, but nothing that is expected reads it.
 * Where a given row cannot be read the answer is {@code {wrong: {relation, row, message}}}. With {@code describe} in the
 * place of given, expect and runs it is {@code {relations: {name: {eventTime, columns: [{name, type, given}]}}}}.
 */
public final class CaseRunner {
    private static final Logger LOG = LoggerFactory.getLogger(CaseRunner.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Planners> planners = new HashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "case");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Answers one request; several may be asked at a time. Throws {@code SqlProblems} where the SQL is refused, {@link
     * IllegalArgumentException} where a given row cannot be read.
     */
    public ObjectNode run(JsonNode request) throws Exception {
        Map<String, String> properties = new TreeMap<>();
        request.path("properties").fields().forEachRemaining(each ->
                properties.put(each.getKey(), each.getValue().asText()));
        SqlFiles files = SqlFiles.read(request.get("sql").textValue(), properties);
        Planners planners = planners(files);
        if (request.has("describe")) {
            return planners.streaming(CaseRunner::describe);
        }
        Planner schemas = planners.streaming(planner -> planner);
        Map<String, List<Run.Arrival>> given = new LinkedHashMap<>();
        Map<String, String> eventTimes = new TreeMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> all = request.path("given").fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> each = all.next();
            RelationSchema relation = schemas.relation(each.getKey());
            eventTimes.put(relation.name, relation.eventTime());
            List<Run.Arrival> arrivals = new ArrayList<>();
            ObjectNode wrong = read(relation, each.getValue(), arrivals);
            if (wrong != null) {
                return wrong;
            }
            given.put(relation.name, arrivals);
        }
        List<String> expected = new ArrayList<>();
        request.path("expect").forEach(each -> expected.add(each.textValue()));
        expected.sort(null);
        Map<String, String> changed = new TreeMap<>();
        request.path("changed").fields().forEachRemaining(each ->
                changed.put(each.getKey(), each.getValue().textValue()));
        long lateness = request.path("lateness").asLong();

        Set<String> read = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<ObjectNode>> runs = new ArrayList<>();
        for (JsonNode run : request.path("runs")) {
            Function<Planner, Plan> ask = planner -> planner.plan(eventTimes, lateness, expected, changed);
            Map<String, List<Run.Arrival>> ordered = ordered(given, run.path("order"));
            runs.add(CompletableFuture.supplyAsync(
                    () -> execute(planners, ask, run, ordered, expected, read), threads));
        }
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode all = answer.putArray("runs");
        for (CompletableFuture<ObjectNode> run : runs) {
            all.add(run.get());
        }
        ArrayNode unread = answer.putArray("unread");
        given.keySet().stream().filter(name -> !read.contains(name)).forEach(unread::add);
        return answer;
    }

    private static ObjectNode execute(
            Planners planners,
            Function<Planner, Plan> ask,
            JsonNode asked,
            Map<String, List<Run.Arrival>> given,
            List<String> expected,
            Set<String> read) {
        ObjectNode answer = JSON.createObjectNode();
        Plan plan;
        try {
            plan = asked.path("mode").asText().equals("batch") ? planners.batch(ask) : planners.streaming(ask);
        } catch (Exception e) {
            return answer.put("refused", rootMessage(e));
        }
        JobID id = JobID.generate();
        Run run = Run.open(id.toString(), given);
        try {
            Cluster.run(plan.job(id, asked.path("parallelism").asInt(1)));
            ObjectNode rows = JSON.createObjectNode();
            for (String relation : expected) {
                ArrayNode found = rows.putArray(relation);
                run.rows(relation).forEach(found::add);
            }
            read.addAll(run.read());
            answer.set("rows", rows);
            return answer;
        } catch (Exception e) {
            LOG.warn("A run failed", e);
            return answer.put("failed", rootMessage(e));
        } finally {
            Run.close(id.toString());
        }
    }

    /** Returns null, or the answer that names the row that cannot be read. */
    private static ObjectNode read(RelationSchema relation, JsonNode rows, List<Run.Arrival> arrivals) {
        RowReader reader = new RowReader(relation);
        for (JsonNode row : rows) {
            try {
                arrivals.add(new Run.Arrival(reader.read(row), row.path("shard").asInt(), row.path("key").asText()));
            } catch (IllegalArgumentException e) {
                ObjectNode answer = JSON.createObjectNode();
                answer.putObject("wrong")
                        .put("relation", relation.name)
                        .put("row", arrivals.size())
                        .put("message", e.getMessage());
                return answer;
            }
        }
        return null;
    }

    private static Map<String, List<Run.Arrival>> ordered(Map<String, List<Run.Arrival>> given, JsonNode orders) {
        Map<String, List<Run.Arrival>> ordered = new LinkedHashMap<>(given);
        orders.fields().forEachRemaining(order -> {
            List<Run.Arrival> rows = new ArrayList<>();
            order.getValue().forEach(index -> rows.add(given.get(order.getKey()).get(index.asInt())));
            ordered.put(order.getKey(), rows);
        });
        return ordered;
    }

    private static ObjectNode describe(Planner planner) {
        ObjectNode answer = JSON.createObjectNode();
        ObjectNode relations = answer.putObject("relations");
        planner.relations().forEach((name, relation) -> {
            ObjectNode described = relations.putObject(name);
            described.put("eventTime", relation.eventTime());
            ArrayNode columns = described.putArray("columns");
            relation.columns().forEach(column -> columns.addObject()
                    .put("name", column.getName())
                    .put("type", RelationSchema.type(column).copy(true).asSummaryString())
                    .put("given", RelationSchema.isGiven(column)));
        });
        return answer;
    }

    /** One for each state of the files. */
    private Planners planners(SqlFiles files) {
        synchronized (planners) {
            return planners.computeIfAbsent(files.toString(), key -> new Planners(files));
        }
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
