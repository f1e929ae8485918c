package io.tidemark.runner.workbench.given;

import java.io.IOException;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.util.InstantiationUtil;

/** The job that computes expected relations from given ones, whatever the rows are. */
final class Plan {
    private final JobGraph single;
    private final JobGraph parallel;

    Plan(JobGraph single, JobGraph parallel) {
        this.single = single;
        this.parallel = parallel;
    }

    /** The job of one {@link Run}: its id is the job's id too. */
    JobGraph job(JobID id, int parallelism) throws IOException, ClassNotFoundException {
        JobGraph job = InstantiationUtil.clone(parallelism == 1 ? single : parallel);
        ClassLoader loader = Plan.class.getClassLoader();
        ExecutionConfig config = job.getSerializedExecutionConfig().deserializeValue(loader);
        Configuration parameters = new Configuration();
        parameters.setString(Run.PARAMETER, id.toString());
        config.setGlobalJobParameters(parameters);
        job.setExecutionConfig(config);
        job.setJobID(id);
        return job;
    }
}
