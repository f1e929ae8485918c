package io.tidemark.runner.workbench;

import io.tidemark.runner.Job;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests {@code start} and {@code stop}: the one job that this JVM runs, on a Flink of its own. */
final class RunningJob {
    private static final Logger LOG = LoggerFactory.getLogger(RunningJob.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long STOP_SECONDS = 120;

    private JobClient job;

    /**
     * Starts a plan with the Flink configuration in the folder {@code conf}; {@code restore} names a savepoint or
     * checkpoint to start from. The JVM ends when the job ends without having been told to.
     */
    synchronized ObjectNode start(JsonNode request) throws Exception {
        if (job != null) {
            throw new IllegalStateException("A job runs already: stop it first");
        }
        Configuration configuration = GlobalConfiguration.loadConfiguration(request.path("conf").asText());
        if (request.hasNonNull("restore")) {
            configuration.setString("execution.state-recovery.path", request.path("restore").asText());
            configuration.setString("execution.state-recovery.ignore-unclaimed-state",
                    String.valueOf(request.path("allowNonRestored").asBoolean()));
        }
        JobClient started = Job.start(
                StreamExecutionEnvironment.getExecutionEnvironment(configuration), request.path("plan").asText());
        job = started;
        started.getJobExecutionResult().whenComplete((result, failure) -> ended(started, failure));
        return JSON.createObjectNode().put("job", started.getJobID().toHexString());
    }

    /** Stops the job, with a savepoint in the folder {@code savepoint} if it is given, and waits until it has ended. */
    ObjectNode stop(JsonNode request) throws Exception {
        JobClient stopping = job;
        ObjectNode answer = JSON.createObjectNode();
        if (stopping == null) {
            return answer;
        }
        if (request.hasNonNull("savepoint")) {
            String folder = request.path("savepoint").asText();
            answer.put("savepoint", stopping.stopWithSavepoint(false, folder, SavepointFormatType.NATIVE)
                    .get(STOP_SECONDS, TimeUnit.SECONDS));
            forget();
        } else {
            forget();
            stopping.cancel();
        }
        stopping.getJobExecutionResult().handle((result, failure) -> null).get(STOP_SECONDS, TimeUnit.SECONDS);
        return answer;
    }

    void stopNow() {
        forget();
    }

    private synchronized void forget() {
        job = null;
    }

    private synchronized void ended(JobClient which, Throwable failure) {
        if (job == which && failure != null) {
            LOG.error("The job ended", failure);
            Runtime.getRuntime().halt(1);
        }
    }
}
