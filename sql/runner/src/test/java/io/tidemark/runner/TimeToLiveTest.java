package io.tidemark.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.operators.AbstractUdfStreamOperator;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeToLiveTest {
  @TempDir Path folder;

  private static String plan(String configuration) {
    return "{\"nodes\":[{\"id\":1,\"type\":\"stream-exec-over-aggregate_1\"" + configuration + "},{\"id\":2,\"type\":\"stream-exec-calc_1\"}]}";
  }

  @Test
  void leavesAPlanAloneWhereThereIsNoSetting() throws Exception {
    String plan = plan("");
    assertSame(plan, TimeToLive.inPlan(plan, Map.of("other", "x")));
  }

  @Test
  void isSetInOverAggregatesAndNowhereElse() throws Exception {
    for (String before : new String[] {"", ",\"configuration\":{\"a\":\"b\"}"}) {
      String after = TimeToLive.inPlan(plan(before), Map.of("table.exec.state.ttl", "5 h"));
      assertEquals(1, after.split("table.exec.state.ttl", -1).length - 1, after);
      assertTrue(after.replaceAll("\\s", "").contains("\"table.exec.state.ttl\":\"5h\""), after);
      assertEquals(!before.isEmpty(), after.contains("\"a\""));
    }
  }

  /** What Flink makes of it: the function behind the operator cleans its state, or does not. */
  @Test
  void reachesTheOperatorOfALoadedPlan() throws Exception {
    assertFalse(cleans(""), "for ever without a setting");
    assertTrue(cleans("SET 'table.exec.state.ttl' = '5 h';\n"));
  }

  private boolean cleans(String setting) throws Exception {
    SqlDir sql = new SqlDir(folder)
        .with(
            "2_views/earlier.sql",
            "CREATE VIEW earlier AS SELECT sensor, LAG(degrees) OVER (PARTITION BY sensor ORDER BY read_at) AS degrees FROM readings;")
        .with("4_job.sql", setting + SqlDir.job("INSERT INTO results.minutes SELECT * FROM earlier;"));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    Job.translate(env, Job.compile(Job.tables(env), sql.files()));
    for (StreamNode node : env.getStreamGraph().getStreamNodes()) {
      if (node.getOperatorName().contains("OverAggregate")) {
        Object function = ((AbstractUdfStreamOperator<?, ?>) ((SimpleOperatorFactory<?>) node.getOperatorFactory()).getOperator()).getUserFunction();
        for (Class<?> type = function.getClass(); type != null; type = type.getSuperclass()) {
          for (Field field : type.getDeclaredFields()) {
            if (field.getName().equals("stateCleaningEnabled")) {
              field.setAccessible(true);
              return field.getBoolean(function);
            }
          }
        }
        throw new AssertionError("no stateCleaningEnabled in " + function.getClass());
      }
    }
    throw new AssertionError("no OverAggregate");
  }
}
