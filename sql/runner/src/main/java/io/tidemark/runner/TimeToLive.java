package io.tidemark.runner;

import java.io.IOException;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How long state lives, as {@code SET 'table.exec.state.ttl'} in 4_job.sql says. Flink writes it into most nodes of a
 * compiled plan, but not into OVER aggregates, which ask the node's configuration and then the session that loads the plan.
 */
final class TimeToLive {
    private static final String KEY = "table.exec.state.ttl";
    private static final ObjectMapper JSON = new ObjectMapper();

    private TimeToLive() {}

    /** The plan with the setting in each node that would not have it otherwise; unchanged where there is none. */
    static String inPlan(String plan, Map<String, String> settings) throws IOException {
        String ttl = settings.get(KEY);
        if (ttl == null) {
            return plan;
        }
        JsonNode tree = JSON.readTree(plan);
        for (JsonNode node : tree.path("nodes")) {
            if (node.path("type").asText().startsWith("stream-exec-over-aggregate_")) {
                ((ObjectNode) node).withObject("/configuration").put(KEY, ttl);
            }
        }
        return tree.toPrettyString();
    }
}
