package io.tidemark.runner.workbench.given;

import java.util.List;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** Keeps the job graphs of what would be executed, for one and for two parallel subtasks, and executes nothing. */
final class PlanningEnvironment extends StreamExecutionEnvironment {
    private static final int MANY = 2;

    private JobGraph single;
    private JobGraph parallel;

    PlanningEnvironment(Configuration configuration) {
        super(configuration);
        setParallelism(MANY);
    }

    @Override
    public StreamGraph generateStreamGraph(List<Transformation<?>> transformations) {
        parallel = jobGraph(super.generateStreamGraph(transformations));
        for (Transformation<?> sink : transformations) {
            for (Transformation<?> each : sink.getTransitivePredecessors()) {
                if (each.getParallelism() == MANY) {
                    each.setParallelism(1);
                }
            }
        }
        StreamGraph graph = super.generateStreamGraph(transformations);
        single = jobGraph(graph);
        return graph;
    }

    private static JobGraph jobGraph(StreamGraph graph) {
        CompiledClasses.compile(graph);
        return graph.getJobGraph();
    }

    @Override
    public JobClient executeAsync(StreamGraph graph) {
        return null; // the caller only wraps it
    }

    Plan plan() {
        return new Plan(single, parallel);
    }
}
