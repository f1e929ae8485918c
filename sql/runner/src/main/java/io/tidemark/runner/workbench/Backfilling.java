package io.tidemark.runner.workbench;

import io.tidemark.runner.SqlFiles;
import io.tidemark.runner.backfill.Backfill;
import io.tidemark.runner.backfill.BackfillRequest;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.type.TypeReference;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The request {@code backfill}: {@code {sql, properties, parallelism, backfill: {…}}}, answered as {@link Backfill} does. */
final class Backfilling {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Backfilling() {}

    /** @param say is told what is done next */
    static ObjectNode run(JsonNode request, Consumer<String> say) throws Exception {
        Map<String, String> properties = JSON.convertValue(request.path("properties"), new TypeReference<>() {});
        Map<String, String> asked = JSON.convertValue(request.path("backfill"), new TypeReference<>() {});
        SqlFiles files = SqlFiles.read(request.path("sql").asText(), properties);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration(request.path("parallelism").asInt(2)));
        return Backfill.run(env, files, BackfillRequest.of(asked), say);
    }

    private static Configuration configuration(int parallelism) {
        return Configuration.fromMap(Map.of(
                "rest.bind-port", "0",
                "rest.address", "127.0.0.1",
                "parallelism.default", String.valueOf(parallelism),
                "restart-strategy.type", "none",
                "jobmanager.scheduler", "Default",
                "classloader.check-leaked-classloader", "false", // classes live longer than their job
                "taskmanager.memory.network.min", "128m",
                "taskmanager.memory.network.max", "128m",
                "taskmanager.memory.managed.size", "768m"));
    }
}
