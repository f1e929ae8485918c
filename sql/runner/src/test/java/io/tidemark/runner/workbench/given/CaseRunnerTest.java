package io.tidemark.runner.workbench.given;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidemark.runner.SqlProblems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaseRunnerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CaseRunner RUNNER = new CaseRunner();

  @TempDir Path sql;

  @AfterAll
  static void stop() throws Exception {
    Cluster.stop();
  }

  @BeforeEach
  void write() throws IOException {
    with(
        "1_sources/readings.sql",
        "CREATE TABLE readings (sensor STRING, read_at TIMESTAMP_LTZ(3), degrees DOUBLE, n BIGINT, parse_error STRING METADATA VIRTUAL,"
            + " fahrenheit AS degrees * 2 + 32, WATERMARK FOR read_at AS read_at - INTERVAL '2' SECOND)"
            + " WITH ('connector' = 'tidemark-kinesis', 'stream' = 'readings', 'aws.region' = 'us-east-1')");
    with("1_sources/places.sql", "CREATE TABLE places (sensor STRING, place STRING) WITH ('connector' = 'inline', 'rows' = '[[\"a\", \"attic\"]]')");
    with(
        "2_views/minutes.sql",
        "CREATE VIEW minutes AS SELECT sensor, window_start AS started_at, window_time AS seen_at, MAX(degrees) AS degrees, COUNT(*) AS readings"
            + " FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(read_at), INTERVAL '1' MINUTE)) GROUP BY sensor, window_start, window_end, window_time");
    with(
        "2_views/hours.sql",
        "CREATE VIEW hours AS SELECT sensor, SUM(readings) AS readings FROM TABLE(TUMBLE(TABLE minutes, DESCRIPTOR(seen_at),"
            + " INTERVAL '1' HOUR)) GROUP BY sensor, window_start, window_end");
    with("2_views/known.sql", "CREATE VIEW known AS SELECT n, CURRENT_WATERMARK(read_at) AS reached, fahrenheit FROM readings");
    with(
        "2_views/placed.sql",
        "CREATE VIEW placed AS SELECT r.n, p.place FROM (SELECT *, PROCTIME() AS now FROM readings) AS r"
            + " LEFT JOIN places FOR SYSTEM_TIME AS OF r.now AS p ON p.sensor = r.sensor");
    with("2_views/totals.sql", "CREATE VIEW totals AS SELECT sensor, SUM(n) AS total FROM readings GROUP BY sensor");
    with("4_job.sql", "EXECUTE STATEMENT SET BEGIN INSERT INTO nowhere SELECT * FROM totals; END;");
  }

  private void with(String file, String text) throws IOException {
    Files.createDirectories(sql.resolve(file).getParent());
    Files.writeString(sql.resolve(file), text + ";");
  }

  private ObjectNode run(String request) throws Exception {
    ObjectNode json = (ObjectNode) JSON.readTree(request.replace('\'', '"'));
    json.put("sql", sql.toString());
    json.put("lateness", 2000);
    if (!json.has("runs")) {
      json.set("runs", JSON.readTree("[{\"mode\":\"streaming\",\"parallelism\":1}]"));
    }
    return RUNNER.run(json);
  }

  /** The rows of the only expected relation in the run with this index. */
  private static String rows(JsonNode answer, int run) {
    return answer.path("runs").path(run).path("rows").elements().next().toString().replace('"', '\'');
  }

  private static String reading(int n, String time, double degrees) {
    return "{'values':{'sensor':'a','read_at':'2024-01-02T" + time + "Z','degrees':" + degrees + ",'n':" + n + "},'key':'a'}";
  }

  @Test
  void aWindowOfTheSourceClosesAtTheEndOfTheRows() throws Exception {
    JsonNode answer = run("{'given':{'readings':[" + reading(1, "09:30:01.000", 3) + "," + reading(2, "09:30:05.500", 4) + "]},'expect':['minutes']}");
    assertEquals(
        "[{'sensor':'a','started_at':'2024-01-02T09:30:00.000','seen_at':'2024-01-02T09:30:59.999Z','degrees':4.0,'readings':2}]",
        rows(answer, 0));
    assertEquals(0, answer.get("unread").size());
  }

  @Test
  void aViewCanBeGivenByItsEventTime() throws Exception {
    String minute = "{'values':{'sensor':'a','started_at':'2024-01-02T09:%1$s:00','seen_at':'2024-01-02T09:%1$s:59.999Z','readings':%2$s}}";
    // the third comes more than the lateness behind the end of its hour
    String rows = String.format(minute, "30", 2) + "," + String.format(minute, "31", 3) + ",{'values':{'sensor':'a',"
        + "'started_at':'2024-01-02T10:05:00','seen_at':'2024-01-02T10:05:59.999Z','readings':7}}," + String.format(minute, "32", 100);
    assertEquals(
        "[{'sensor':'a','readings':5},{'sensor':'a','readings':7}]",
        rows(run("{'given':{'minutes':[" + rows + "]},'expect':['hours']}"), 0));
  }

  @Test
  void eachRowSeesTheWatermarkOfThoseBeforeIt() throws Exception {
    String given = reading(1, "09:30:10.000", 1) + "," + reading(2, "09:30:05.000", 2) + "," + reading(3, "09:30:20.000", 3) + "," + reading(4, "09:30:20.000", 4);
    JsonNode answer = run("{'given':{'readings':[" + given + "]},'expect':['known'],'runs':[{'mode':'streaming','parallelism':1},"
        + "{'mode':'streaming','parallelism':2},{'mode':'batch','parallelism':1},{'mode':'streaming','parallelism':1,'order':{'readings':[2,0,1,3]}}]}");
    String streaming = "[{'n':1,'reached':null,'fahrenheit':34.0},{'n':2,'reached':'2024-01-02T09:30:08.000Z','fahrenheit':36.0},"
        + "{'n':3,'reached':'2024-01-02T09:30:08.000Z','fahrenheit':38.0},{'n':4,'reached':'2024-01-02T09:30:18.000Z','fahrenheit':40.0}]";
    assertEquals(streaming, rows(answer, 0));
    assertEquals(streaming, rows(answer, 1));
    assertTrue(rows(answer, 2).contains("{'n':4,'reached':null"));
    assertTrue(rows(answer, 3).startsWith("[{'n':3,'reached':null"));
  }

  @Test
  void rowsThatAreLookedUpCanBeGiven() throws Exception {
    String given = "'readings':[" + reading(1, "09:30:00.000", 1) + "]";
    assertEquals("[{'n':1,'place':'attic'}]", rows(run("{'given':{" + given + "},'expect':['placed']}"), 0));
    String places = "'places':[{'values':{'sensor':'b','place':'barn'}},{'values':{'sensor':'a','place':'cellar'}}]";
    assertEquals("[{'n':1,'place':'cellar'}]", rows(run("{'given':{" + given + "," + places + "},'expect':['placed']}"), 0));
  }

  @Test
  void whatAResultTakesBackIsGone() throws Exception {
    String given = reading(1, "09:30:00.000", 1) + "," + reading(2, "09:30:00.000", 1);
    assertEquals("[{'sensor':'a','total':3}]", rows(run("{'given':{'readings':[" + given + "]},'expect':['totals']}"), 0));
  }

  @Test
  void aRecordIsReadAsTheStreamsAre() throws Exception {
    JsonNode answer = run("{'given':{'readings':[{'values':{},'record':'no JSON'}]},'expect':['readings']}");
    assertTrue(rows(answer, 0).contains("'parse_error':'the record is not valid JSON"), answer.toString());
  }

  @Test
  void aRowThatCannotBeReadIsNamed() throws Exception {
    String given = reading(1, "09:30:00.000", 1) + ",{'values':{'n':1.5}}";
    JsonNode wrong = run("{'given':{'readings':[" + given + "]},'expect':['totals']}").get("wrong");
    assertEquals("{\"relation\":\"readings\",\"row\":1,\"message\":\"n: 1.5 is not readable as BIGINT (not a whole number)\"}", wrong.toString());
    wrong = run("{'given':{'minutes':[{'values':{'sensor':'a'}}]},'expect':['hours']}").get("wrong");
    assertEquals("started_at is missing, and cannot be NULL in minutes", wrong.get("message").asText());
    wrong = run("{'given':{'minutes':[{'values':{},'record':'{}'}]},'expect':['hours']}").get("wrong");
    assertTrue(wrong.get("message").asText().contains("cannot be NULL"), wrong.toString());
  }

  @Test
  void whatNothingReadsIsSaid() throws Exception {
    String given = "'readings':[" + reading(1, "09:30:00.000", 1) + "],'places':[]";
    assertEquals("[\"places\"]", run("{'given':{" + given + "},'expect':['totals']}").get("unread").toString());
  }

  @Test
  void aChangedViewStandsInForTheFilesOwnInThatRunOnly() throws Exception {
    String given = "{'given':{'readings':[" + reading(1, "09:30:00.000", 1) + "]},'expect':['totals']";
    String changed = ",'changed':{'totals':'CREATE VIEW totals AS SELECT sensor, SUM(n) + 1 AS total FROM readings GROUP BY sensor'}}";
    assertEquals("[{'sensor':'a','total':2}]", rows(run(given + changed), 0));
    assertEquals("[{'sensor':'a','total':1}]", rows(run(given + "}"), 0));
    JsonNode refused = run(given + ",'changed':{'totals':'CREATE VIEW totals AS SELECT nothing FROM readings'}}").get("runs").get(0);
    assertTrue(refused.get("refused").asText().contains("Column 'nothing' not found"), refused.toString());
    assertEquals("[{'sensor':'a','total':1}]", rows(run(given + "}"), 0));
  }

  @Test
  void wrongSqlAndUnknownRelationsAreRefused() throws Exception {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> run("{'given':{'reading':[]},'expect':['totals']}"));
    assertTrue(e.getMessage().startsWith("There is no source or view reading: there are "), e.getMessage());
    with("2_views/totals.sql", "CREATE VIEW totals AS SELECT nothing FROM readings");
    assertThrows(SqlProblems.class, () -> run("{'given':{},'expect':['totals']}"));
  }

  @Test
  void describesWhatCanBeGiven() throws Exception {
    JsonNode relations = run("{'describe':true}").get("relations");
    assertEquals("read_at", relations.get("readings").get("eventTime").asText());
    assertEquals("seen_at", relations.get("minutes").get("eventTime").asText());
    assertTrue(relations.get("totals").get("eventTime").isNull());
    assertTrue(relations.get("readings").get("columns").toString().contains("{\"name\":\"fahrenheit\",\"type\":\"DOUBLE\",\"given\":false}"));
  }
}
