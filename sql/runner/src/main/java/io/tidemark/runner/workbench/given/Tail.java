package io.tidemark.runner.workbench.given;

import io.tidemark.runner.RelationSchema;
import io.tidemark.runner.Job;
import io.tidemark.runner.Relations;
import io.tidemark.runner.SqlFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.TableDescriptor;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The request {@code tail}: the rows of one relation as they come, from the stream itself or from given records. */
public final class Tail {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Is told of each row: +1 for one that comes, -1 for one that is taken back. */
    public interface Listener {
        void found(ObjectNode row, int change);
    }

    private Tail() {}

    /**
     * Runs {@code SELECT * FROM relation WHERE where} until its end, which a stream has not. {@code rows}
     * names a file with the rows of the source, a line each in the form of a case's rows; without it the stream is read. Throws {@code SqlProblems} where the SQL is wrong, {@link IllegalArgumentException} where the condition or
     * a row is.
     */
    public static ObjectNode run(JsonNode request, Listener listener) throws Exception {
        Map<String, String> properties = JSON.convertValue(request.path("properties"), new TypeReference<>() {});
        SqlFiles files = SqlFiles.read(request.path("sql").asText(), properties);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration());
        StreamTableEnvironment tables = Job.tables(env);
        Relations relations = Relations.in(files);
        relations.create(tables, Set.of("source", "view"));
        Map<String, List<Run.Arrival>> given =
                request.hasNonNull("rows") ? given(tables, relations, Path.of(request.path("rows").asText())) : Map.of();
        String relation = request.path("relation").asText();
        RelationSchema schema = RelationSchema.of(tables, relation);
        tables.createTemporaryTable("`the tail`", table(relation).schema(schema.expected()).build());
        String condition = request.hasNonNull("where") ? " WHERE " + request.path("where").asText() : "";
        String id = UUID.randomUUID().toString();
        env.getConfig().setGlobalJobParameters(Configuration.fromMap(Map.of(Run.PARAMETER, id)));
        Run.open(id, given, listener::found);
        try {
            tables.executeSql("INSERT INTO `the tail` SELECT " + schema.selected() + " FROM `" + relation + "`" + condition)
                    .await();
            return JSON.createObjectNode();
        } finally {
            Run.close(id);
        }
    }

    private static Map<String, List<Run.Arrival>> given(StreamTableEnvironment tables, Relations relations, Path file)
            throws IOException {
        RelationSchema source = source(tables, relations);
        RowReader reader = new RowReader(source);
        List<Run.Arrival> rows = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                rows.add(new Run.Arrival(reader.read(JSON.readTree(line)), 0, ""));
            }
        }
        tables.createTemporaryTable("`" + source.name + "`", table(source.name).schema(source.given(null, 0)).build());
        return Map.of(source.name, rows);
    }

    /** The one source with an event time: the others are looked up. */
    private static RelationSchema source(StreamTableEnvironment tables, Relations relations) {
        List<RelationSchema> sources = relations.of("source").stream()
                .filter(each -> Tail.hasEventTime(tables, each.name))
                .map(each -> RelationSchema.of(tables, each.name))
                .collect(Collectors.toList());
        if (sources.size() != 1) {
            throw new IllegalArgumentException("A file can stand in for one source with a watermark; there are "
                    + sources.stream().map(each -> each.name).collect(Collectors.toList()));
        }
        return sources.get(0);
    }

    private static boolean hasEventTime(StreamTableEnvironment tables, String name) {
        return RelationSchema.of(tables, name).eventTime() != null;
    }

    private static TableDescriptor.Builder table(String relation) {
        return TableDescriptor.forConnector(GivenTableFactory.IDENTIFIER).option(GivenTableFactory.RELATION, relation);
    }

    private static Configuration configuration() {
        return Configuration.fromMap(Map.of(
                "rest.bind-port", "0",
                "rest.address", "127.0.0.1",
                "parallelism.default", "1",
                "restart-strategy.type", "none",
                "execution.buffer-timeout.interval", "10 ms"));
    }
}
