package io.tidemark.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorIdsTest {
    @TempDir Path folder;

    private static List<String> ids(StreamExecutionEnvironment env) {
        return env.getStreamGraph().getStreamNodes().stream()
                .map(StreamNode::getTransformationUID)
                .sorted()
                .collect(Collectors.toList());
    }

    private static DataStreamSink<String> sink(DataStream<String> rows, String name) {
        return rows.map(row -> row).returns(Types.STRING).name("write").sinkTo(new DiscardingSink<>()).name(name);
    }

    @Test
    void whatHasNoIdGetsOneFromItsSinkAndWhatHasOneKeepsIt() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        DataStream<String> rows = env.fromData("a").uid("source");
        DataStreamSink<String> first = sink(rows, "lake.bars");
        DataStreamSink<String> second = sink(rows, "lake.hits");
        DataStreamSink<String> again = sink(rows, "lake.bars");
        OperatorIds.complete(List.of(first.getTransformation(), second.getTransformation(), again.getTransformation()));
        List<String> ids = ids(env);
        assertTrue(ids.containsAll(List.of("source", "lake.bars/write", "lake.hits/write", "lake.bars/write#2")), ids.toString());
        assertEquals(ids.size(), ids.stream().distinct().count());
    }

    @Test
    void idsDoNotDependOnWhatElseTheJobHas() {
        StreamExecutionEnvironment alone = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        OperatorIds.complete(List.of(sink(alone.fromData("a").uid("source"), "lake.hits").getTransformation()));
        StreamExecutionEnvironment both = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        DataStream<String> rows = both.fromData("a").uid("source");
        OperatorIds.complete(List.of(sink(rows, "lake.bars").getTransformation(), sink(rows, "lake.hits").getTransformation()));
        assertTrue(ids(both).containsAll(ids(alone)));
    }

    @Test
    void everyOperatorOfAPlanHasOne() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        String plan = Job.compile(Job.tables(env), new SqlDir(folder).files());
        Job.translate(env, plan);
        assertEquals(
                0,
                StreamSupport.stream(env.getStreamGraph().getStreamNodes().spliterator(), false)
                        .filter(node -> node.getTransformationUID() == null)
                        .count());
    }
}
