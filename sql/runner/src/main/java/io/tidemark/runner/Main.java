package io.tidemark.runner;

import java.util.Map;
import java.util.Properties;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the SQL files of the repository: property groups, files, placeholders, statements, one compiled plan.
 *
 * <p>Where the files come with the plan of their release ({@code plan.json}), that one runs.
 *
 * <p>On Managed Flink the property groups come from the service; elsewhere {@code -Dtidemark.properties=FILE} names a
 * file of the same form.
 */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

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
        Job.start(env, files.plan() != null ? files.plan() : Job.compile(Job.tables(env), files));
        LOG.info("The job runs, from {} files", files.size());
    }
}
