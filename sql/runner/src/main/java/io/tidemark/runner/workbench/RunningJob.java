package io.tidemark.runner.workbench;

import io.tidemark.runner.Job;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.ClientUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests {@code start} and {@code stop}: the one job that this JVM runs, on a Flink that stays for the next. */
final class RunningJob {
    private static final Logger LOG = LoggerFactory.getLogger(RunningJob.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long STOP_SECONDS = 120;

    private MiniCluster flink;
    private JobID job;
    private Prepared prepared;

    /** A plan whose operators are made, but not run. */
    private static final class Prepared {
        final String plan;
        final StreamExecutionEnvironment env;

        Prepared(String plan, Configuration configuration) throws Exception {
            this.plan = plan;
            this.env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
            Job.translate(env, plan);
        }
    }

    /** The request {@code prepare}: makes the operators of a plan, so that {@code start} need not, and fails where it would. */
    ObjectNode prepare(JsonNode request) throws Exception {
        Prepared made = new Prepared(
                request.path("plan").asText(),
                GlobalConfiguration.loadConfiguration(request.path("conf").asText()));
        synchronized (this) {
            prepared = made;
        }
        return JSON.createObjectNode();
    }

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
        String plan = request.path("plan").asText();
        Prepared ready = prepared != null && prepared.plan.equals(plan) ? prepared : new Prepared(plan, configuration);
        prepared = null;
        ready.env.configure(configuration); // where to start from is known only now
        JobGraph graph = graphOf(ready.env, configuration);
        JobID id = graph.getJobID();
        MiniCluster cluster = started(configuration);
        cluster.submitJob(graph).get();
        // Until then state that does not fit, say, is a failure of this request and not of a job that ran.
        ClientUtils.waitUntilJobInitializationFinished(
                () -> cluster.getJobStatus(id).get(),
                () -> cluster.requestJobResult(id).get(),
                RunningJob.class.getClassLoader());
        job = id;
        cluster.requestJobResult(id).thenAccept(result -> ended(id, result));
        return JSON.createObjectNode().put("job", id.toHexString());
    }

    /** Stops the job, with a savepoint in the folder {@code savepoint} if it is given, and waits until it has ended. */
    ObjectNode stop(JsonNode request) throws Exception {
        JobID stopping = current();
        ObjectNode answer = JSON.createObjectNode();
        if (stopping == null) {
            return answer;
        }
        if (request.hasNonNull("savepoint")) {
            String folder = request.path("savepoint").asText();
            answer.put("savepoint", flink.stopWithSavepoint(stopping, folder, false, SavepointFormatType.NATIVE)
                    .get(STOP_SECONDS, TimeUnit.SECONDS));
            forget();
        } else {
            forget();
            flink.cancelJob(stopping);
        }
        flink.requestJobResult(stopping).get(STOP_SECONDS, TimeUnit.SECONDS);
        return answer;
    }

    /** From now on the job may end. */
    synchronized void forget() {
        job = null;
    }

    private synchronized JobID current() {
        return job;
    }

    private static JobGraph graphOf(StreamExecutionEnvironment env, Configuration configuration) {
        StreamGraph graph = env.getStreamGraph();
        graph.setJobName(Job.NAME);
        JobGraph job = graph.getJobGraph();
        job.setSavepointRestoreSettings(SavepointRestoreSettings.fromConfiguration(configuration));
        return job;
    }

    private MiniCluster started(Configuration configuration) throws Exception {
        if (flink == null) {
            int slots = configuration.get(CoreOptions.DEFAULT_PARALLELISM);
            MiniCluster starting = new MiniCluster(new MiniClusterConfiguration.Builder()
                    .setConfiguration(configuration)
                    .setNumTaskManagers(1)
                    .setNumSlotsPerTaskManager(slots)
                    .build());
            starting.start();
            flink = starting;
        }
        return flink;
    }

    private synchronized void ended(JobID which, JobResult result) {
        if (which.equals(job) && result.getSerializedThrowable().isPresent()) {
            LOG.error("The job ended", result.getSerializedThrowable().get());
            Runtime.getRuntime().halt(1);
        }
    }
}
