package io.tidemark.runner.workbench;

import io.tidemark.runner.Job;
import io.tidemark.runner.JobFile;
import io.tidemark.runner.Relations;
import io.tidemark.runner.SqlFiles;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/** The request {@code compile}: what the SQL files define, and the job's plan. */
final class Compilation {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Compilation() {}

    /**
     * Describes every relation and INSERT, reaching nothing but the files; adds the compiled plan where {@code plan} is
     * asked for; {@code describe} set to false leaves the descriptions out. {@code places} are the properties with which
     * the files are fetched from S3, where those to compile with have another address.
     */
    static ObjectNode of(JsonNode request) throws IOException {
        Map<String, String> properties = texts(request.path("properties"));
        Map<String, String> places = request.has("places") ? texts(request.path("places")) : properties;
        SqlFiles files = SqlFiles.read(request.path("sql").asText(), properties, places);
        Relations relations = Relations.in(files);
        JobFile job = JobFile.read(files);
        StreamTableEnvironment tables =
                Job.tables(StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()));
        relations.create(tables, Set.of("source", "view", "sink"));
        ObjectNode answer = JSON.createObjectNode();
        if (request.path("plan").asBoolean()) {
            answer.put("plan", Job.compile(tables, relations, job));
        }
        if (request.path("describe").asBoolean(true)) {
            Description.of(tables, relations, job, answer);
        }
        return answer;
    }

    private static Map<String, String> texts(JsonNode node) {
        return JSON.convertValue(node, new TypeReference<>() {});
    }

    /** The request {@code functions}: the names of all that SQL can call, in upper case. */
    static ObjectNode functions() {
        ObjectNode answer = JSON.createObjectNode();
        StreamTableEnvironment tables =
                Job.tables(StreamExecutionEnvironment.getExecutionEnvironment(new Configuration()));
        Stream.of(tables.listFunctions()).map(String::toUpperCase).sorted().forEach(answer.putArray("names")::add);
        return answer;
    }
}
