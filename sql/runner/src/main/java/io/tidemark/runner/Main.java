package io.tidemark.runner;

import io.tidemark.runner.backfill.Backfill;
import io.tidemark.runner.backfill.BackfillRequest;
import java.net.URI;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the SQL files of the repository: property groups, files, placeholders, statements, one compiled plan.
 *
 * <p>Where the files come with the plan of their release ({@code plan.json}), that one runs.
 *
 * <p>On Managed Flink the property groups come from the service; elsewhere {@code -Dtidemark.properties=FILE} names a
 * file of the same form. A group {@code tidemark.backfill} makes days of the lake computed again in place of the job.
 */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    /** The property group with which days of the lake are computed again in place of the job. */
    private static final String BACKFILL = "tidemark.backfill";

    private Main() {}

    public static void main(String[] args) throws Exception {
        try {
            run();
        } catch (IllegalArgumentException e) {
            LOG.error("{}", e.getMessage()); // the message says it all; the stack follows from the exception
            throw e;
        }
    }

    private static void run() throws Exception {
        Map<String, Properties> groups = PropertyGroups.read(System.getProperty("tidemark.properties"));
        Map<String, String> runner = PropertyGroups.group(groups, "tidemark.runner");
        Map<String, String> placeholders = PropertyGroups.group(groups, "tidemark.sql");

        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        SqlFiles files = SqlFiles.read(PropertyGroups.required(runner, "tidemark.runner", "sql.location"), placeholders);
        if (groups.containsKey(BACKFILL)) {
            backfill(env, files, PropertyGroups.group(groups, BACKFILL), new Bucket(placeholders));
            return;
        }
        Job.start(env, files.plan() != null ? files.plan() : Job.compile(Job.tables(env), files));
        LOG.info("The job runs, from {} files", files.size());
    }

    /** What came of it is written where {@code result} says: what {@code Backfill} answers, or {@code {"failed": why}}. */
    private static void backfill(
            StreamExecutionEnvironment env, SqlFiles files, Map<String, String> asked, Bucket bucket) throws Exception {
        URI result = URI.create(PropertyGroups.required(asked, BACKFILL, "result"));
        try {
            bucket.write(result, Backfill.run(env, files, BackfillRequest.of(asked), LOG::info).toString());
        } catch (Exception e) {
            bucket.write(result, JsonNodeFactory.instance.objectNode().put("failed", reason(e)).toString());
            throw e;
        }
    }

    private static String reason(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && !(root instanceof IllegalArgumentException)) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
